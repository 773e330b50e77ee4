using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace HotpatchBuild.Compiler.Native.Linking;

/// <summary>Collects the bytes of one section of a patch image.</summary>
internal sealed class SectionBuilder(byte filler)
{
    private readonly List<byte> _bytes = [];

    public uint Size => (uint)_bytes.Count;

    public ReadOnlySpan<byte> Bytes => CollectionsMarshal.AsSpan(_bytes);

    /// <summary>Fills up to a multiple of <paramref name="alignment"/>, plus <paramref name="remainder"/>.</summary>
    public void Align(uint alignment, uint remainder = 0)
    {
        while (Size % alignment != remainder)
            _bytes.Add(filler);
    }

    public void Pad(int count)
    {
        for (int i = 0; i < count; i++)
            _bytes.Add(filler);
    }

    /// <summary>Appends bytes and returns where they begin.</summary>
    public uint Add(ReadOnlySpan<byte> bytes)
    {
        uint at = Size;
        _bytes.AddRange(bytes);
        return at;
    }

    public void Replace(uint at, ReadOnlySpan<byte> bytes) =>
        bytes.CopyTo(CollectionsMarshal.AsSpan(_bytes)[(int)at..]);

    public void Clear(uint at, int count) =>
        CollectionsMarshal.AsSpan(_bytes).Slice((int)at, count).Clear();

    public void PutInt32(uint at, int value) =>
        BinaryPrimitives.WriteInt32LittleEndian(CollectionsMarshal.AsSpan(_bytes)[(int)at..], value);
}
