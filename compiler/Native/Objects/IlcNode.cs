namespace HotpatchBuild.Compiler.Native.Objects;

/// <summary>A named piece of an ILC object file.</summary>
/// <param name="Name">Symbol name.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Section">Section index.</param>
/// <param name="Start">Offset of its first byte in the section.</param>
/// <param name="Symbol">Offset of its symbol in the section: at or behind <paramref name="Start"/> (a MethodTable's GCDesc, a dictionary's header and a frozen object's header stand in front).</param>
/// <param name="End">Offset behind its last byte.</param>
internal sealed record IlcNode(string Name, IlcNodeKind Kind, int Section, uint Start, uint Symbol, uint End)
{
    /// <summary>Bytes in front of the symbol.</summary>
    public uint Prefix => Symbol - Start;

    /// <summary>Bytes in all.</summary>
    public uint Size => End - Start;

    public bool IsCode => Kind is IlcNodeKind.Method or IlcNodeKind.Helper or IlcNodeKind.UnboxingStub;

    public bool IsType => Kind is IlcNodeKind.ConstructedType or IlcNodeKind.NecessaryType or IlcNodeKind.StaticsType;
}
