using HotpatchBuild.Compiler.Native.Objects;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.PatchImages;

namespace HotpatchBuild.Compiler.Native.Linking;

/// <summary>Where the baseline's functions can be redirected.</summary>
internal interface IPatchPoints
{
    /// <summary>The patch point of a baseline method, or null and the reason why it has none.</summary>
    PatchPoint? Find(IlcNode method, out string reason);
}

/// <summary>What symbols are called in the sources, and where they stand there.</summary>
internal interface INativeNames
{
    string DisplayNameOf(string symbol);

    string TypeNameOf(string symbol);

    SourceLocation? SourceOf(string symbol);

    /// <summary>Whether a type is a class of the program that is not abstract.</summary>
    bool IsConcreteClass(string symbol);

    /// <summary>What the static fields of a type are, in words that are equal where a later patch may go on with their values; null where their objects may be of
    /// types that only one patch knows, and for types that the compiler made.</summary>
    string? StaticsLayoutOf(string symbol);
}
