using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Tests.Unit.Edits;

/// <summary>One row of the tables in <c>Cases/</c>: a program before and after, and what the comparison says. The word lines behind the name are options; the
/// expected block lists edits (in brackets where they need no patch), refusals as <c>! id</c> and warnings as <c>~ id</c>, with the source line behind where the option asks for it.</summary>
internal sealed record EditCase(string Name, string[] Options, string Before, string After, string Expected)
{
    private static readonly string[] Words = ["library", "program", "closed", "slots", "statics", "coexist", "not-folded", "managed", "lines"];

    /// <summary>All rows by name.</summary>
    public static IReadOnlyDictionary<string, EditCase> All { get; } = Directory.GetFiles(Folder(), "*.txt").Order(StringComparer.Ordinal)
        .SelectMany(f => Read(File.ReadAllText(f))).ToDictionary(c => c.Name);

    public static string Folder() => Path.Combine(AppContext.BaseDirectory, "Edits", "Cases");

    /// <summary>What the comparison says about the row, in the form of <see cref="Expected"/>.</summary>
    public string Actual() => Text(Compare(), Options.Contains("lines"));

    public EditSet Compare()
    {
        // Without a word a snippet is part of a program: nothing outside calls it. It has an entry point of its own beside it.
        bool library = Options.Contains("library"), ownMain = Options.Contains("program");
        AssemblyRevision Compile(string source) => ownMain || library
            ? Compiled.From(source, ownMain)
            : Compiled.From([("/src/Code.cs", source), ("/src/Start.cs", "static class Start { static void Main() { } }")], program: true);
        if (Options.Contains("managed")) return AssemblyComparison.Compare(Compile(Before), Compile(After), EditPolicy.Managed with { ClosedWorld = Options.Contains("closed") });
        return AssemblyComparison.Compare(Compile(Before), Compile(After), new EditPolicy
        {
            ClosedWorld = Options.Contains("closed"),
            SwappedVtableSlots = Options.Contains("slots"),
            DeltaOwnedStatics = Options.Contains("statics"),
            GeneratedTypesCoexist = Options.Contains("coexist"),
            StaticsAreNotFolded = Options.Contains("not-folded"),
        });
    }

    /// <summary>The edits, refusals and warnings, each kind in order.</summary>
    /// <param name="edits">What a comparison found.</param>
    /// <param name="lines">True to write the source line behind each refusal and warning.</param>
    public static string Text(EditSet edits, bool lines = false)
    {
        string Line(Failure failure) => lines ? $"{failure.Id} {failure.Where?.Line ?? 0}" : failure.Id;
        return string.Join('\n',
            edits.Edits.Select(e => e.NoOp ? $"({e})" : e.ToString()).Order(StringComparer.Ordinal)
                .Concat(edits.Refusals.Select(r => $"! {Line(r)}").Order(StringComparer.Ordinal))
                .Concat(edits.Warnings.Select(w => $"~ {Line(w)}").Order(StringComparer.Ordinal)));
    }

    private static IEnumerable<EditCase> Read(string text)
    {
        foreach (var block in ("\n" + text.ReplaceLineEndings("\n")).Split("\n=== ", StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = block.Split("\n--- ");
            var options = parts.Length > 1 && !parts[1].StartsWith("before", StringComparison.Ordinal) ? parts[1].Trim().Split(' ') : [];
            string Part(string name) => parts.FirstOrDefault(p => p.StartsWith(name + "\n", StringComparison.Ordinal) || p == name) is { } p ? p[name.Length..].Trim('\n') : "";
            if (options.Except(Words).FirstOrDefault() is { } unknown) throw new InvalidDataException($"'{parts[0]}' has the unknown option '{unknown}'.");
            yield return new EditCase(parts[0].Trim(), options, Part("before"), Part("after"), Part("expect"));
        }
    }
}
