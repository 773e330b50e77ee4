using HotpatchBuild.Formats.Deltas;

namespace HotpatchBuild.Runtime.Native.Engine;

/// <summary>Who works on a target, and how patiently.</summary>
/// <param name="By">User and host, for the records.</param>
/// <param name="Uid">Real user id, for the records.</param>
/// <param name="Tool">Tool name and version, for the records.</param>
/// <param name="Patience">How long to go on looking for a safe moment.</param>
/// <param name="Clock">The time.</param>
public sealed record EngineOptions(string By, uint Uid, string Tool, TimeSpan Patience, TimeProvider Clock)
{
    /// <summary>What happens with calls that are under way in what is switched. For <see cref="ActiveCodePolicy.Wait"/>, <see cref="Patience"/> is the limit.</summary>
    public ActiveCodePolicy ActiveCode { get; init; } = ActiveCodePolicy.Finish;

    /// <summary>How long to look for a moment at which no call is under way in the functions that are switched together.</summary>
    public TimeSpan RestingPatience { get; init; } = TimeSpan.FromMilliseconds(250);
}
