namespace HotpatchBuild.Formats.PatchImages;

/// <summary>What must hold for the static fields that a native patch image brings.</summary>
internal static class StaticsRules
{
    /// <summary>Words of one type's references. More than any program has; bounds what is read and written for a hostile image.</summary>
    public const uint MaximumWords = 4096;

    /// <summary>Bytes of a layout's hash.</summary>
    public const int LayoutSize = 32;

    private const uint Word = 8;

    /// <summary>Throws where a rule does not hold.</summary>
    public static void Check(NativePatchImage image)
    {
        uint largest = CheckBlocks(image);
        string last = "";
        List<(uint Start, uint End, string Symbol)> taken = [];
        foreach (StaticStorage statics in image.Statics)
        {
            NativePatchImageRules.CheckName(statics.Symbol);
            if (string.CompareOrdinal(statics.Symbol, last) <= 0)
                throw Inconsistent($"the static fields of {statics.Symbol} are out of order");
            last = statics.Symbol;
            if (statics.Layout.IsDefault || statics.Layout.Length is not (0 or LayoutSize))
                throw Inconsistent($"the layout of the static fields of {statics.Symbol} is not a SHA-256");
            if (statics.Data is null && statics.References is null)
                throw Inconsistent($"{statics.Symbol} has no static fields");
            if (statics.Data is { } data)
                taken.Add(Data(image, statics.Symbol, data));
            if (statics.References is { } references)
                taken.Add(References(image, statics.Symbol, references, largest));
        }
        taken.Sort();
        for (int i = 1; i < taken.Count; i++)
        {
            if (taken[i].Start < taken[i - 1].End)
                throw Inconsistent($"the static fields of {taken[i].Symbol} overlap those of {taken[i - 1].Symbol}");
        }
    }

    // The words of the largest block.
    private static uint CheckBlocks(NativePatchImage image)
    {
        ulong free = 1;
        uint largest = 0;
        foreach (StaticBlock block in image.StaticBlocks)
        {
            if (block.Cell < free || block.Cell % Word != 0 || block.Cell >= NativePatchImageRules.MaximumAddress)
                throw Inconsistent($"the static block at 0x{block.Cell:x} is out of order or has no possible address");
            if (block.MethodTable == 0 || block.MethodTable % Word != 0 || block.MethodTable >= NativePatchImageRules.MaximumAddress)
                throw Inconsistent($"the static block at 0x{block.Cell:x} has no possible MethodTable");
            if (block.Words is 0 or > MaximumWords)
                throw Inconsistent($"the static block at 0x{block.Cell:x} has {block.Words} words");
            free = block.Cell + Word;
            largest = Math.Max(largest, block.Words);
        }
        return largest;
    }

    private static (uint, uint, string) Data(NativePatchImage image, string symbol, StaticData data)
    {
        // A symbol can stand at the end of its fields, so the byte behind them belongs to them too.
        if (data.Size == 0 || (ulong)data.Offset + data.Size + 1 > (ulong)NativePatchImageRules.Bytes(image, ImageSection.Data).Length)
            throw Inconsistent($"the static fields of {symbol} do not lie inside the data");
        if (data.Context is { } context && ((ulong)context + Word > data.Size || ((ulong)data.Offset + context) % Word != 0))
            throw Inconsistent($"the class constructor's context of {symbol} does not lie in front of its static fields");
        return (data.Offset, data.Offset + data.Size + 1, symbol);
    }

    private static (uint, uint, string) References(NativePatchImage image, string symbol, StaticReferences references, uint largest)
    {
        ReadOnlySpan<byte> bytes = NativePatchImageRules.Bytes(image, ImageSection.Data);
        if (references.Cell % Word != 0 || (ulong)references.Cell + Word > (ulong)bytes.Length)
            throw Inconsistent($"the cell of the static fields of {symbol} does not lie inside the data");
        if (bytes.Slice((int)references.Cell, (int)Word).ContainsAnyExcept((byte)0) || Fixups(image, references.Cell, Word).Length > 0)
            throw Inconsistent($"the cell of the static fields of {symbol} is not empty");
        if (references.Words == 0 || references.Words > largest)
            throw Inconsistent($"the static fields of {symbol} take {references.Words} words, and no block has as many");
        if (references.Initial is { } initial)
            CheckInitial(image, symbol, initial, references.Words * Word);
        return (references.Cell, references.Cell + Word, symbol);
    }

    // Nothing but whole addresses: what is written into a block must be a reference.
    private static void CheckInitial(NativePatchImage image, string symbol, uint start, uint size)
    {
        ReadOnlySpan<byte> bytes = NativePatchImageRules.Bytes(image, ImageSection.Data);
        if (start % Word != 0 || (ulong)start + size > (ulong)bytes.Length)
            throw Inconsistent($"the initial content of the static fields of {symbol} does not lie inside the data");
        bool references = !bytes.Slice((int)start, (int)size).ContainsAnyExcept((byte)0);
        foreach (Fixup fixup in Fixups(image, start, size))
            references &= fixup.Kind == FixupKind.Absolute64 && fixup.Field.Offset % Word == 0;
        if (!references)
            throw Inconsistent($"the initial content of the static fields of {symbol} is not made of references");
    }

    // The fixups whose fields lie in a part of the data, wholly or in part. They are in order, and none overlaps another.
    private static ReadOnlySpan<Fixup> Fixups(NativePatchImage image, uint start, uint size)
    {
        int from = image.Fixups.Length, to = from;
        for (int low = 0, high = image.Fixups.Length; low < high;)
        {
            int middle = (low + high) / 2;
            Fixup fixup = image.Fixups[middle];
            if (fixup.Field.Section < ImageSection.Data || (fixup.Field.Section == ImageSection.Data && (ulong)fixup.Field.Offset + NativePatchImageRules.Width(fixup.Kind) <= start))
                low = middle + 1;
            else
                from = high = middle;
        }
        for (to = from; to < image.Fixups.Length && image.Fixups[to].Field is { Section: ImageSection.Data } field && field.Offset < (ulong)start + size; to++)
        {
        }
        return image.Fixups.AsSpan()[from..to];
    }

    private static Diagnostics.HotpatchException Inconsistent(string what) => NativePatchImageRules.Inconsistent(what);
}
