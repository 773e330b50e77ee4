namespace HotpatchBuild.Hosting;

/// <summary>What the engine did.</summary>
/// <param name="Messages">What the user is told, in order.</param>
/// <param name="Delta">The delta that was made, or null.</param>
/// <param name="Baseline">The baseline file that was recorded or compared with, or null.</param>
public sealed record BuildReport(IReadOnlyList<BuildMessage> Messages, string? Delta, string? Baseline);
