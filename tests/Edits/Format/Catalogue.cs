using System.Collections.Immutable;
using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Edits.Format;

/// <summary>All files of the catalogue, read from the sources.</summary>
internal static class Catalogue
{
    private static readonly Lazy<ImmutableArray<CatalogueFile>> s_files = new(() =>
        [.. Directory.GetFiles(Folder, "*.txt").Order(StringComparer.Ordinal).Select(path => CatalogueReader.Read($"tests/Edits/Catalogue/{Path.GetFileName(path)}", File.ReadAllText(path)))]);
    private static readonly Lazy<ImmutableDictionary<string, CatalogueEdit>> s_edits = new(() => s_files.Value.SelectMany(f => f.Edits).ToImmutableDictionary(e => e.Key));

    /// <summary>Where the files are.</summary>
    public static string Folder => Path.Combine(SampleCache.RepositoryRoot, "tests/Edits/Catalogue");

    /// <summary>The files by name.</summary>
    public static ImmutableArray<CatalogueFile> Files => s_files.Value;

    /// <summary>All edits, in the order of the files.</summary>
    public static IEnumerable<CatalogueEdit> Edits => Files.SelectMany(f => f.Edits);

    /// <summary>An edit.</summary>
    /// <param name="key">Its program and its name.</param>
    public static CatalogueEdit Edit(string key) => s_edits.Value[key];
}
