using System.Collections.Immutable;
using HotpatchBuild.Tests.Edits.Building;

namespace HotpatchBuild.Tests.Edits.Format;

/// <summary>A program and the edits made to it: one file of the catalogue.</summary>
/// <param name="Path">The file, as messages name it.</param>
/// <param name="Name">Name of the program, which is the file's without its extension.</param>
/// <param name="Description">One or more lines.</param>
/// <param name="Sources">The program before any edit.</param>
/// <param name="Edits">The edits; each is made to the program by itself.</param>
public sealed record CatalogueFile(string Path, string Name, string Description, ProgramSources Sources, ImmutableArray<CatalogueEdit> Edits);

/// <summary>One edit.</summary>
public sealed record CatalogueEdit
{
    /// <summary>Name of its program.</summary>
    public required string Program { get; init; }

    /// <summary>Its name; no other edit of the program has it.</summary>
    public required string Id { get; init; }

    /// <summary>One line on what is edited.</summary>
    public required string Title { get; init; }

    /// <summary>The catalogue file and the line of the edit in it.</summary>
    public required string Place { get; init; }

    /// <summary>What it stands for.</summary>
    public required ImmutableArray<string> Covers { get; init; }

    /// <summary>What becomes of it under the managed engine.</summary>
    public required ExpectedFate Managed { get; init; }

    /// <summary>What becomes of it under the native engine.</summary>
    public required ExpectedFate Native { get; init; }

    /// <summary>The program before and after it.</summary>
    public required ProgramPair Pair { get; init; }

    /// <summary>What is done with a process.</summary>
    public required Script Script { get; init; }

    /// <summary>What the process prints up to the apply. Like the others without line ends behind it.</summary>
    public required string Before { get; init; }

    /// <summary>What it prints up to the rollback; null where no engine patches.</summary>
    public required string? After { get; init; }

    /// <summary>What it prints from then on; null where no engine patches.</summary>
    public required string? RolledBack { get; init; }

    /// <summary>What a process of the new build prints in the steps between apply and rollback; null where that is not known.</summary>
    public required string? Fresh { get; init; }

    /// <summary>The name that no other edit has.</summary>
    public string Key => $"{Program}/{Id}";

    /// <summary>False for comments, moves and the like: no engine makes a delta of them.</summary>
    public bool ChangesBehaviour => Managed.Fate.Kind != FateKind.Nothing || Native.Fate.Kind != FateKind.Nothing;
}
