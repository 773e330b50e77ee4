namespace HotpatchBuild.Compiler.Native.Audit;

/// <summary>A function's extent.</summary>
/// <param name="Start">Link-time virtual address of the entry.</param>
/// <param name="Size">Bytes of the body.</param>
/// <param name="End">Where the next symbol or the section's end is: bytes from the body's end up to here are padding.</param>
internal readonly record struct CodeFunction(ulong Start, ulong Size, ulong End)
{
    /// <summary>True for an address inside the bytes that a redirecting jump overwrites, the entry itself excluded.</summary>
    public bool IsInsideWindow(ulong address) => address - Start is > 0 and < PrologueAudit.WindowSize;

    public bool Contains(ulong address) => address - Start < Size;
}
