using System;

namespace HotpatchBuild.Protocol;

/// <summary>What came over the channel is no message of this protocol.</summary>
/// <param name="what">What is wrong with it.</param>
/// <param name="cause">What the platform said, where it said something.</param>
internal sealed class ProtocolException(string what, Exception? cause = null) : Exception(what, cause);
