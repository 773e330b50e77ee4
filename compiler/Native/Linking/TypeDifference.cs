using System.Buffers.Binary;
using HotpatchBuild.Compiler.Native.Comparison;
using HotpatchBuild.Compiler.Native.Objects;

namespace HotpatchBuild.Compiler.Native.Linking;

/// <summary>Says in words how two MethodTables of one type differ.</summary>
internal static class TypeDifference
{
    public static string Describe(ObjectComparison comparison, ChangedNode changed)
    {
        if (!changed.New.IsType)
            return changed.New.Kind switch
            {
                IlcNodeKind.SealedVTable => "its virtual methods",
                IlcNodeKind.DispatchMap => "its interface methods",
                _ => "its generic arguments",
            };
        byte[] oldBytes = comparison.Old.BytesOf(changed.Old), newBytes = comparison.New.BytesOf(changed.New);
        ReadOnlySpan<byte> old = oldBytes.AsSpan((int)changed.Old.Prefix), @new = newBytes.AsSpan((int)changed.New.Prefix);
        if (UInt32(old, MethodTableLayout.BaseSizeOffset) != UInt32(@new, MethodTableLayout.BaseSizeOffset) || !oldBytes.AsSpan(0, (int)changed.Old.Prefix).SequenceEqual(newBytes.AsSpan(0, (int)changed.New.Prefix)))
            return "its instance fields";
        int slots = UInt16(old, MethodTableLayout.SlotCountOffset), newSlots = UInt16(@new, MethodTableLayout.SlotCountOffset);
        if (slots != newSlots)
            return $"{slots} virtual slots and {newSlots}";
        if (UInt16(old, MethodTableLayout.InterfaceCountOffset) != UInt16(@new, MethodTableLayout.InterfaceCountOffset))
            return "its interfaces";
        return UInt32(old, MethodTableLayout.FlagsOffset) != UInt32(@new, MethodTableLayout.FlagsOffset) ? "its properties" : "its virtual methods, its base type or its interfaces";
    }

    private static uint UInt32(ReadOnlySpan<byte> table, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(table[offset..]);

    private static int UInt16(ReadOnlySpan<byte> table, int offset) => table.Length >= offset + 2 ? BinaryPrimitives.ReadUInt16LittleEndian(table[offset..]) : 0;
}
