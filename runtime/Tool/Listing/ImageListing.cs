using System.Buffers.Binary;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Tool.Output;
using Iced.Intel;

namespace HotpatchBuild.Tool.Listing;

/// <summary>Disassembles the old and the new bodies of a patch image, with names for what they refer to.</summary>
/// <remarks>
/// New code has no address before it is loaded. For the listing its sections stand behind each other at an address that no baseline of usual size
/// reaches and that 32-bit distances still do.
/// </remarks>
internal sealed class ImageListing
{
    private const ulong FirstAddress = 0x4000_0000;
    private const ulong SectionAlignment = 0x1000;

    private readonly NativePatchImage _image;
    private readonly Dictionary<ImageSection, ulong> _addresses = [];
    private readonly ListedNames _names;
    private readonly byte[] _text;

    /// <summary>For one image.</summary>
    /// <param name="image">The image; its reader has checked that everything in it lies where it says.</param>
    public ImageListing(NativePatchImage image)
    {
        _image = image;
        var next = FirstAddress;
        for (var section = ImageSection.Entries; section <= ImageSection.Unwind; section++)
        {
            _addresses[section] = next;
            var size = (ulong)image.Sections[section].Length;
            next += (size + SectionAlignment) / SectionAlignment * SectionAlignment;
        }
        _names = new ListedNames(image, _addresses);
        _text = [.. image.Sections[ImageSection.Text]];
        foreach (var fixup in image.Fixups)
            Fix(fixup);
    }

    /// <summary>The baseline's instructions; null for a function that the baseline does not have.</summary>
    public IReadOnlyList<InstructionOutput>? Before(PatchFunction function) =>
        function.PatchPoint is { } point ? Decode([.. point.Original.AsSpan()[..(int)point.Size]], point.Address, function) : null;

    /// <summary>The new instructions.</summary>
    public IReadOnlyList<InstructionOutput> After(PatchFunction function) =>
        Decode(_text[(int)function.TextOffset..(int)(function.TextOffset + function.Size)], _addresses[ImageSection.Text] + function.TextOffset, function);

    private List<InstructionOutput> Decode(byte[] body, ulong address, PatchFunction function)
    {
        var formatter = new IntelFormatter(new ListedSymbols(_names, address, (ulong)body.Length))
        {
            Options = { SpaceAfterOperandSeparator = true, HexPrefix = "0x", HexSuffix = "", UppercaseHex = false, SmallHexNumbersInDecimal = true, RipRelativeAddresses = false },
        };
        var decoder = Decoder.Create(64, body, address);
        var output = new StringOutput();
        var instructions = new List<InstructionOutput>();
        while (decoder.IP < address + (ulong)body.Length)
        {
            decoder.Decode(out var instruction);
            formatter.Format(instruction, output);
            var offset = (int)(instruction.IP - address);
            instructions.Add(new InstructionOutput(offset, Convert.ToHexStringLower(body.AsSpan(offset, instruction.Length)), output.ToStringAndReset()));
        }
        return instructions;
    }

    private void Fix(Fixup fixup)
    {
        if (fixup.Field.Section != ImageSection.Text)
            return;
        var target = unchecked((fixup.Image is { } inside ? _addresses[inside.Section] + inside.Offset : fixup.BaselineAddress) + (ulong)(long)fixup.Addend);
        var field = _text.AsSpan((int)fixup.Field.Offset);
        if (fixup.Kind == FixupKind.Absolute64)
            BinaryPrimitives.WriteUInt64LittleEndian(field, target);
        else
            BinaryPrimitives.WriteInt32LittleEndian(field, unchecked((int)(target - _addresses[ImageSection.Text] - fixup.Field.Offset)));
    }
}
