namespace HotpatchBuild.Compiler.Native.Objects;

/// <summary>
/// Interface dispatch cells (InterfaceDispatchCellNode.cs and InterfaceDispatchCellSectionNode.cs of ILC; InterfaceDispatchCell in
/// src/coreclr/nativeaot/Runtime/inc/rhbinder.h): cells that call the same slot stand in one run, which ends with a word of zeros and
/// the slot's number. The runtime finds a cell's slot by going forward to the end of its run.
/// </summary>
internal static class DispatchCellLayout
{
    /// <summary>Bytes of a cell, and of the end of a run.</summary>
    public const int CellSize = 16;

    /// <summary>Offset of the stub's address.</summary>
    public const int StubOffset = 0;

    /// <summary>Offset of the cache word: at first the distance to the interface's MethodTable, marked in its lowest bits.</summary>
    public const int CacheOffset = 8;

    /// <summary>Offset of the slot's number in the end of a run.</summary>
    public const int SlotOffset = 8;

    /// <summary>Bits of the cache word that say what it is (InterfaceDispatchCellCachePointerFlags).</summary>
    public const int FlagMask = 3;
}
