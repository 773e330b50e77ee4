using System.Collections.Immutable;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Native.Naming;

/// <summary>What the comparison of IL has found, as the comparison of object files needs it.</summary>
internal interface IProgramEdits : IDisposable
{
    /// <summary>Why there can be no delta.</summary>
    ImmutableArray<Failure> Refusals { get; }

    /// <summary>What has to be said of a delta.</summary>
    ImmutableArray<Failure> Warnings { get; }

    /// <summary>Gives the new object's symbols the baseline's names.</summary>
    SymbolRenaming Renaming { get; }

    /// <summary>What symbols, in terms of the baseline, are called in the sources.</summary>
    SymbolNames Names { get; }

    /// <summary>Whether a difference in the code of a function follows from the edits.</summary>
    /// <param name="symbol">The function's symbol, in terms of the baseline.</param>
    bool Explains(string symbol);

    /// <summary>Whether a function is none of the program's own: its IL is that of the framework, the same in both builds.</summary>
    /// <param name="symbol">The function's symbol, in terms of the baseline.</param>
    bool IsOutside(string symbol) => Names.FindMethod(symbol) is null;
}
