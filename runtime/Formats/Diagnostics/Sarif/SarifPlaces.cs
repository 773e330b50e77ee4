namespace HotpatchBuild.Formats.Diagnostics.Sarif;

/// <summary>A place as a log names it.</summary>
/// <param name="Uri">Relative to the root of the sources, or absolute.</param>
/// <param name="InSources">True when it is relative.</param>
/// <param name="Line">1-based line.</param>
/// <param name="Column">1-based column.</param>
/// <param name="EndLine">1-based last line; 0 where unknown.</param>
/// <param name="EndColumn">1-based column behind the last character; 0 where unknown.</param>
internal sealed record SarifPlace(string Uri, bool InSources, int Line, int Column, int EndLine, int EndColumn);

/// <summary>Turns source places into URIs (SARIF 3.4).</summary>
/// <param name="sourceRoot">The root of the sources, or null.</param>
/// <param name="defaultFile">What stands for no place, or null.</param>
internal sealed class SarifPlaces(string? sourceRoot, string? defaultFile)
{
    // What deterministic builds map the root of the sources to.
    private const string MappedRoot = "/_/";

    private readonly string? _root = sourceRoot is null ? null : Path.TrimEndingDirectorySeparator(Path.GetFullPath(sourceRoot)) + '/';

    /// <summary>The root as a URI, which ends with a slash (3.14.14); null where there is none.</summary>
    public string? Root => _root is null ? null : "file://" + Escaped(_root);

    /// <summary>The place of a finding; null where it has none and nothing stands for it.</summary>
    /// <param name="where">The source line, or null.</param>
    public SarifPlace? Of(SourceLocation? where)
    {
        if ((where?.File ?? defaultFile) is not { Length: > 0 } file)
            return null;
        (string uri, bool inSources) =
            _root is not null && file.StartsWith(_root, StringComparison.Ordinal) ? (Escaped(file[_root.Length..]), true)
            : file.StartsWith(MappedRoot, StringComparison.Ordinal) && file.Length > MappedRoot.Length ? (Escaped(file[MappedRoot.Length..]), true)
            : Path.IsPathRooted(file) ? ("file://" + Escaped(file), false)
            : (Escaped(file), true);
        // Positions are 1-based and an end never lies before the beginning (3.30).
        int line = Math.Max(where?.Line ?? 1, 1), column = Math.Max(where?.Column ?? 1, 1);
        bool ends = where is { EndColumn: > 0 } && (where.EndLine > line || (where.EndLine == line && where.EndColumn >= column));
        return new SarifPlace(uri, inSources, line, column, ends ? where!.EndLine : 0, ends ? where!.EndColumn : 0);
    }

    private static string Escaped(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
