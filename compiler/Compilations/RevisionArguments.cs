using HotpatchBuild.Compiler.Revisions;

namespace HotpatchBuild.Compiler.Compilations;

/// <summary>
/// The compiler's command line of an older revision, guessed from today's where none was recorded: sources that came later are left out,
/// sources that are gone since are put where they most likely stood. What comes out is the older build only if its MVID is the shipped one.
/// </summary>
/// <param name="Arguments">The guessed command line.</param>
/// <param name="ChangedBuildFiles">Project files, properties and resources that differ since then: what they changed is not reproduced.</param>
public sealed record RevisionArguments(CompilerArguments Arguments, IReadOnlyList<string> ChangedBuildFiles)
{
    private static readonly string[] BuildFileEndings =
        [".csproj", ".props", ".targets", ".resx", "/global.json", "/nuget.config", "/packages.lock.json", ".rsp"];

    /// <summary>Guesses.</summary>
    /// <param name="today">The working tree's command line.</param>
    /// <param name="revision">The older revision's files.</param>
    public static RevisionArguments From(CompilerArguments today, RevisionSources revision)
    {
        List<string> sources = [.. ParsedArguments.Parse(today).SourceFiles.Select(file => file.Path)];
        HashSet<string> sourceSet = [.. sources];
        string project = Path.TrimEndingDirectorySeparator(today.BaseDirectory) + Path.DirectorySeparatorChar;
        List<string> older = [.. sources];
        foreach (TreeChange change in revision.Changes)
        {
            string? gone = change.Kind is TreeChangeKind.Removed or TreeChangeKind.Renamed ? revision.ToAbsolute(change.Older!.Path) : null;
            string? came = change.Kind is TreeChangeKind.Added or TreeChangeKind.Renamed ? revision.ToAbsolute(change.Newer!.Path) : null;
            int place = came is null ? -1 : older.IndexOf(came);
            if (place >= 0)
                older.RemoveAt(place);
            if (gone is not null && gone.EndsWith(".cs", StringComparison.OrdinalIgnoreCase) &&
                (place >= 0 || IsDefaultItem(gone, project)))
                older.Insert(place >= 0 ? place : PlaceFor(gone, older, project), gone);
        }

        // Options keep their order; a path that begins with a slash would be read as an option if it had no second one.
        IEnumerable<string> options = today.Arguments.Where(
            argument => !sourceSet.Contains(Path.GetFullPath(argument.Trim('"'), today.BaseDirectory)));
        return new RevisionArguments(
            today with { Arguments = [.. options, .. older] },
            [.. revision.Changes.Select(change => change.Path).Where(IsBuildFile)]);
    }

    /// <summary>What the SDK's default globs take: everything below the project's folder but its own output.</summary>
    private static bool IsDefaultItem(string path, string project) =>
        path.StartsWith(project, StringComparison.Ordinal) &&
        path[project.Length..].Split(Path.DirectorySeparatorChar) is not ["obj" or "bin", ..] and var parts &&
        !parts.Any(part => part.StartsWith('.'));

    /// <summary>Behind its neighbours in the same folder, else behind all sources that aren't generated.</summary>
    private static int PlaceFor(string path, List<string> sources, string project)
    {
        string? folder = Path.GetDirectoryName(path);
        int place = sources.FindLastIndex(source => Path.GetDirectoryName(source) == folder);
        if (place < 0)
            place = sources.FindLastIndex(source => IsDefaultItem(source, project));
        return place + 1;
    }

    private static bool IsBuildFile(string path) =>
        BuildFileEndings.Any(ending => ("/" + path).EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
