using System.Collections.Immutable;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Pipeline.Rebuilding;

/// <summary>The linker's arguments as Microsoft.NETCore.Native.targets (LinkNative) puts them together, with other files.</summary>
internal static class LinkCommand
{
    /// <summary>The arguments as the linker gets them.</summary>
    /// <param name="lines">The recorded pieces of the command line.</param>
    public static ImmutableArray<string> Words(ImmutableArray<string> lines)
    {
        ImmutableArray<string>.Builder words = ImmutableArray.CreateBuilder<string>();
        foreach (string line in lines)
        {
            ImmutableArray<string> split = ShellWords.Split(line);
            if (split.IsDefault)
                throw new HotpatchException(RebuildDiagnostics.CommandNotUnderstood.With("the linker", $"'{line}' needs a shell"));
            words.AddRange(split);
        }
        return words.ToImmutable();
    }

    /// <summary>Puts other files into the place of the present ones.</summary>
    /// <param name="words">The arguments.</param>
    /// <param name="projectDirectory">What their paths are relative to.</param>
    /// <param name="moved">New path by former one, absolute.</param>
    /// <param name="required">Those among the former ones that must be there.</param>
    public static ImmutableArray<string> Redirect(
        ImmutableArray<string> words, string projectDirectory, ImmutableDictionary<string, string> moved, params ReadOnlySpan<string> required)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        ImmutableArray<string> redirected = [.. words.Select(word => Redirect(word, projectDirectory, moved, seen))];
        foreach (string path in required)
        {
            if (!seen.Contains(path))
                throw new HotpatchException(RebuildDiagnostics.CommandNotUnderstood.With("the linker", "they do not name " + path));
        }
        return redirected;
    }

    private static string Redirect(string word, string projectDirectory, ImmutableDictionary<string, string> moved, HashSet<string> seen)
    {
        // A path is a whole word or the end of one: -Wl,--version-script=PATH.
        for (int start = 0; start < word.Length; start = NextStart(word, start))
        {
            string path = Path.GetFullPath(word[start..], projectDirectory);
            if (!moved.TryGetValue(path, out string? target))
                continue;
            seen.Add(path);
            return word[..start] + target;
        }
        return word;
    }

    private static int NextStart(string word, int start)
    {
        int separator = word.AsSpan(start).IndexOfAny('=', ',');
        return separator < 0 ? word.Length : start + separator + 1;
    }
}
