using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Runtime.Native;

/// <summary>From a failure as data to a failure on its way to the one who reports it.</summary>
internal static class FailureExtensions
{
    /// <summary>The exception that carries it.</summary>
    /// <param name="failure">What went wrong.</param>
    /// <param name="inner">What the system said, where it said something.</param>
    public static HotpatchException AsException(this Failure failure, Exception? inner = null) => new(failure, inner);
}
