using System.Collections.Immutable;
using HotpatchBuild.Tests.Edits.Building;

namespace HotpatchBuild.Tests.Edits.Random;

/// <summary>A random program, one to three random edits of it, and what each process prints.</summary>
internal sealed class RandomPair
{
    // Building a program is the dear part for the native engine; several pairs begin with the same one.
    private const int PairsOfAProgram = 5;

    private readonly ProgramModel _before, _after;

    private RandomPair(int number, ProgramModel before, ProgramModel after, ImmutableArray<string> edits)
    {
        Number = number;
        Edits = edits;
        (_before, _after) = (before, after);
        Sources = new ProgramPair($"random-{number}", ProgramSources.None.With("Scenario.cs", SourceWriter.Write(before)), ProgramSources.None.With("Scenario.cs", SourceWriter.Write(after)));
    }

    /// <summary>The pair of this number is the same every time.</summary>
    public int Number { get; }

    /// <summary>What was edited.</summary>
    public ImmutableArray<string> Edits { get; }

    public ProgramPair Sources { get; }

    /// <summary>What the old program prints, before the delta and behind its rollback.</summary>
    public string Before => Printed(_before, _before);

    /// <summary>What the patched process prints: new code on what the old program's start made.</summary>
    public string Patched => Printed(_before, _after);

    /// <summary>What a process of the new build prints.</summary>
    public string Fresh => Printed(_after, _after);

    /// <summary>Makes the pair of a number.</summary>
    public static RandomPair Of(int number)
    {
        var generator = new ProgramGenerator(number / PairsOfAProgram);
        ProgramModel before = generator.Program();
        // The program is that of its group; the edits are the pair's own.
        var edits = new RandomEdits(generator.For(number));
        ProgramModel after = before;
        List<string> what = [];
        for (int i = number % 3; i >= 0; i--)
        {
            RandomEdit edit = edits.Next(after);
            after = edit.Program;
            what.Add(edit.What);
        }
        return new RandomPair(number, before, after, [.. what]);
    }

    private static string Printed(ProgramModel started, ProgramModel running) => running.Print(new World(started)).TrimEnd('\n');
}
