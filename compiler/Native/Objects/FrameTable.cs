using System.Buffers.Binary;
using System.Collections.Immutable;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.Elf;

namespace HotpatchBuild.Compiler.Native.Objects;

/// <summary>One stack frame description of a function: its body, or one of its funclets.</summary>
/// <param name="CodeOffset">First byte covered, from the function's start.</param>
/// <param name="Length">Bytes covered.</param>
/// <param name="Lsda">Symbol of its language-specific data area.</param>
/// <param name="LsdaAddend">Bytes from that symbol.</param>
/// <param name="Record">The FDE as it stands in the object, its addresses not filled in.</param>
/// <param name="Cie">The CIE that it belongs to.</param>
internal sealed record Frame(uint CodeOffset, uint Length, string Lsda, long LsdaAddend, ImmutableArray<byte> Record, ImmutableArray<byte> Cie);

/// <summary>The frames of <c>.eh_frame</c> by function (Linux Standard Base Core 5.0, section 10.6; DWARF 4, section 6.4).</summary>
internal sealed class FrameTable
{
    private readonly Dictionary<string, ImmutableArray<Frame>> _frames;

    private FrameTable(Dictionary<string, ImmutableArray<Frame>> frames) => _frames = frames;

    /// <summary>A function's frames in the order of their code; empty for code without frames.</summary>
    public ImmutableArray<Frame> Of(IlcNode function) => _frames.GetValueOrDefault(function.Name, []);

    public static FrameTable Read(ElfFile elf, IlcObject owner)
    {
        var frames = new Dictionary<string, List<Frame>>(StringComparer.Ordinal);
        ElfSection section = elf.FindSection(".eh_frame") ?? throw owner.Unexpected("it has no .eh_frame");
        ReadOnlySpan<byte> bytes = elf.BytesOf(section).Span;
        var addresses = new Dictionary<uint, ElfRelocation>();
        foreach (ElfRelocation relocation in elf.RelocationsOf(section))
            addresses[relocation.Offset < (ulong)bytes.Length ? (uint)relocation.Offset : throw owner.Unexpected("a relocation lies behind .eh_frame")] = relocation;
        var cies = new Dictionary<uint, ImmutableArray<byte>>();

        for (uint at = 0; at + FrameLayout.HeaderSize <= bytes.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(int)at..]);
            if (length == 0)
            {
                at += 4;
                continue;
            }
            if (length > bytes.Length - at - 4 || length < 4)
                throw owner.Unexpected("a frame description is longer than .eh_frame");
            ReadOnlySpan<byte> record = bytes.Slice((int)at, (int)length + 4);
            uint id = BinaryPrimitives.ReadUInt32LittleEndian(record[FrameLayout.IdOffset..]);
            if (id == 0)
            {
                if (!record[FrameLayout.CieVersionOffset..].StartsWith(FrameLayout.CieStart) || !IsPcRelative(record))
                    throw owner.Unexpected("a CIE has another augmentation than zLR");
                cies[at] = [.. record];
            }
            else
            {
                if (!cies.TryGetValue(at + FrameLayout.IdOffset - id, out ImmutableArray<byte> cie) || length + 4 < FrameLayout.CfiOffset
                    || !addresses.TryGetValue(at + FrameLayout.StartOffset, out ElfRelocation code) || !addresses.TryGetValue(at + FrameLayout.LsdaOffset, out ElfRelocation lsda)
                    || code.Type != ElfRelocationType.Pc32 || lsda.Type != ElfRelocationType.Pc32 || code.Addend < 0)
                    throw owner.Unexpected("a frame description is incomplete");
                (IlcNode function, uint offset) = FunctionOf(code, elf, owner);
                uint covered = BinaryPrimitives.ReadUInt32LittleEndian(record[FrameLayout.LengthOffset..]);
                if (!frames.TryGetValue(function.Name, out List<Frame>? list))
                    frames[function.Name] = list = [];
                list.Add(new Frame(offset, covered, owner.SymbolName(lsda.SymbolIndex), lsda.Addend, [.. record], cie));
            }
            at += length + 4;
        }
        return new FrameTable(frames.ToDictionary(f => f.Key, f => f.Value.OrderBy(x => x.CodeOffset).ToImmutableArray(), StringComparer.Ordinal));
    }

    // ILC's own writer names the function (EhFrameNode.cs, 9.0 and later); LLVM's, which ILC 8.0 uses (src/native/objwriter), writes the
    // section and the offset in it.
    private static (IlcNode Function, uint Offset) FunctionOf(ElfRelocation code, ElfFile elf, IlcObject owner)
    {
        ElfSymbol symbol = elf.Symbols[code.SymbolIndex];
        if (symbol.Type != ElfSymbolType.Section)
            return owner.Nodes.TryGetValue(owner.SymbolName(code.SymbolIndex), out IlcNode? named) && code.Addend <= named.Size
                ? (named, (uint)code.Addend)
                : throw owner.Unexpected($"a frame description belongs to {symbol.Name}, which does not exist or is shorter");
        return symbol.Place == ElfSymbolPlace.Section && code.Addend <= int.MaxValue && owner.NodeAt(symbol.SectionIndex, (uint)code.Addend) is { } found
            ? (found, (uint)code.Addend - found.Start)
            : throw owner.Unexpected($"a frame description belongs to offset {code.Addend}, where no function is");
    }

    // The augmentation data of "zLR": length 2, encoding of the LSDA pointer, encoding of addresses; both DW_EH_PE_pcrel | DW_EH_PE_sdata4.
    private static bool IsPcRelative(ReadOnlySpan<byte> cie) => cie.IndexOf(FrameLayout.CieAugmentationData) > 0;
}

/// <summary>Offsets in a CIE and an FDE as ILC writes them (32-bit lengths, pc-relative 32-bit addresses, augmentation <c>zLR</c>).</summary>
internal static class FrameLayout
{
    public const int HeaderSize = 8;
    public const int IdOffset = 4;
    public const int CieVersionOffset = 8;
    public const int StartOffset = 8;
    public const int LengthOffset = 12;
    public const int LsdaOffset = 17;
    public const int CfiOffset = 21;

    /// <summary>Version 1, augmentation string zLR with its zero.</summary>
    public static ReadOnlySpan<byte> CieStart => [1, (byte)'z', (byte)'L', (byte)'R', 0];

    public static ReadOnlySpan<byte> CieAugmentationData => [2, 0x1b, 0x1b];
}
