using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Revisions;

/// <summary>Tells from git's words (in the C locale) what went wrong.</summary>
internal static class GitFailures
{
    /// <summary>The failure that any command can have: trust, no repository, a broken object; else a general one.</summary>
    internal static HotpatchException Explain(string command, string folder, GitResult result)
    {
        string error = result.Error;
        Failure failure =
            error.Contains("detected dubious ownership", StringComparison.Ordinal) ? BuildDiagnostics.RepositoryNotTrusted.With(folder) :
            error.Contains("not a git repository", StringComparison.Ordinal) ? BuildDiagnostics.NoRepository.With(folder) :
            error.Contains("must be run in a work tree", StringComparison.Ordinal) ? BuildDiagnostics.NoWorkingTree.With(folder) :
            IsBrokenObject(error) ? BuildDiagnostics.ObjectUnreadable.With($"needed by git {command}", folder, OneLine(error)) :
            BuildDiagnostics.GitFailed.With(command, result.ExitCode, OneLine(error));
        return new HotpatchException(failure);
    }

    internal static bool IsBrokenObject(string error) =>
        error.Contains("corrupt", StringComparison.Ordinal) || error.Contains("unable to unpack", StringComparison.Ordinal) ||
        error.Contains("unable to read", StringComparison.Ordinal) || error.Contains("bad object", StringComparison.Ordinal) ||
        error.Contains("inflate:", StringComparison.Ordinal) || error.Contains("unable to parse", StringComparison.Ordinal) ||
        error.Contains("is empty", StringComparison.Ordinal) || error.Contains("bad tree", StringComparison.Ordinal) ||
        // What ls-tree says of a commit whose tree is missing.
        error.Contains("not a tree object", StringComparison.Ordinal);

    /// <summary>What a user typed, fit for a message.</summary>
    internal static string Shown(string? revision) => string.Concat((revision ?? "").Select(unit => char.IsControl(unit) || char.IsSurrogate(unit) ? '?' : unit));


    /// <summary>git's words without line ends, and not more than a line of them.</summary>
    internal static string OneLine(string text)
    {
        string line = string.Join("; ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return line.Length switch { 0 => "it says nothing", > 400 => line[..400] + "…", _ => line };
    }
}
