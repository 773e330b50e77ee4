using Iced.Intel;

namespace HotpatchBuild.Compiler.Native.Objects;

/// <summary>Gives a function's bytes to Iced's decoder.</summary>
internal sealed class SpanCodeReader(ReadOnlySpan<byte> bytes) : CodeReader
{
    private readonly byte[] _bytes = bytes.ToArray();
    private int _at;

    public override int ReadByte() => _at < _bytes.Length ? _bytes[_at++] : -1;
}
