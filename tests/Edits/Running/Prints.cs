namespace HotpatchBuild.Tests.Edits.Running;

/// <summary>What a process printed in the three parts of a script, without line ends behind it.</summary>
/// <param name="Before">Up to the apply.</param>
/// <param name="After">Up to the rollback.</param>
/// <param name="RolledBack">From then on.</param>
internal sealed record Prints(string Before, string After, string RolledBack);
