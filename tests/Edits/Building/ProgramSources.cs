using System.Collections.Immutable;

namespace HotpatchBuild.Tests.Edits.Building;

/// <summary>The sources of a small program with a class <c>Scenario</c>. Files in <c>Lib/</c> make a library that the program refers to.</summary>
public sealed class ProgramSources
{
    public static readonly ProgramSources None = new(ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal));

    private const string LibraryFolder = "Lib/";

    private ProgramSources(ImmutableSortedDictionary<string, string> files) => Files = files;

    /// <summary>Texts by path.</summary>
    public ImmutableSortedDictionary<string, string> Files { get; }

    /// <summary>The program's own files.</summary>
    public IEnumerable<(string Path, string Text)> Program => Files.Where(f => !IsLibrary(f.Key)).Select(f => (f.Key, f.Value));

    /// <summary>The library's files; none when there is no library.</summary>
    public IEnumerable<(string Path, string Text)> Library => Files.Where(f => IsLibrary(f.Key)).Select(f => (f.Key, f.Value));

    public ProgramSources With(string path, string text) => new(Files.SetItem(path, text));

    public ProgramSources Without(string path) => new(Files.Remove(path));

    private static bool IsLibrary(string path) => path.StartsWith(LibraryFolder, StringComparison.Ordinal);
}

/// <summary>A program before and after an edit.</summary>
/// <param name="Name">What messages call the edit.</param>
/// <param name="Before">What runs.</param>
/// <param name="After">Where the delta leads.</param>
public sealed record ProgramPair(string Name, ProgramSources Before, ProgramSources After);
