namespace HotpatchBuild.Compiler.Native.Objects;

/// <summary>How a reference's value is stored. The first three are the ELF relocations that ILC leaves in its objects.</summary>
internal enum IlcReferenceKind : byte
{
    /// <summary>R_X86_64_64.</summary>
    Absolute64,

    /// <summary>R_X86_64_PC32 and R_X86_64_PLT32, and what ILC's object writer resolved itself because both ends lie in one section.</summary>
    Relative32,

    /// <summary>R_X86_64_TLSGD.</summary>
    ThreadLocal,
}

/// <summary>A reference from one node to another.</summary>
/// <param name="Offset">Bytes from the node's start to the field.</param>
/// <param name="Kind">How the value is stored.</param>
/// <param name="Target">The symbol that is referred to.</param>
/// <param name="Addend">A of the ELF relocation formulas: S + A, or S + A − P.</param>
/// <param name="Implied">True when the object file carries no relocation for it and it was found by decoding.</param>
internal readonly record struct IlcReference(uint Offset, IlcReferenceKind Kind, string Target, long Addend, bool Implied);
