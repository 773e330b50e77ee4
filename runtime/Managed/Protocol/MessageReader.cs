using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;

namespace HotpatchBuild.Protocol;

/// <summary>Reads a message of which nothing is known yet: it is of the layout's form to the last byte, or a <see cref="ProtocolException"/> says why not.</summary>
internal sealed class MessageReader : IMessageTransfer
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlyMemory<byte> _bytes;
    private int _position;

    private MessageReader(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    private int Left => _bytes.Length - _position;

    /// <summary>Reads one record.</summary>
    /// <param name="bytes">The message.</param>
    /// <param name="blank">What is handed to <paramref name="members"/>.</param>
    /// <param name="members">Passes the record's members.</param>
    /// <param name="open">True where a later version may have more behind what this one knows.</param>
    /// <exception cref="ProtocolException">It is not of the layout's form.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> bytes, T blank, MessageMembers<T> members, bool open = false)
    {
        var reader = new MessageReader(bytes);
        var read = members(reader, blank);
        return open || reader.Left == 0 ? read : throw new ProtocolException($"{reader.Left} bytes too many");
    }

    /// <inheritdoc/>
    public int Number(int value) => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    /// <inheritdoc/>
    public bool Flag(bool value) => Take(1)[0] switch
    {
        0 => false,
        1 => true,
        var other => throw new ProtocolException($"a flag that is {other}"),
    };

    /// <inheritdoc/>
    public double Fraction(double value) => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    /// <inheritdoc/>
    public DateTime Time(DateTime value)
    {
        var ticks = BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));
        return ticks >= DateTime.MinValue.Ticks && ticks <= DateTime.MaxValue.Ticks
            ? new DateTime(ticks, DateTimeKind.Utc)
            : throw new ProtocolException("a time that is none");
    }

    /// <inheritdoc/>
    public Guid Guid(Guid value) => new(Take(16));

    /// <inheritdoc/>
    public string Text(string value)
    {
        try
        {
            return Strict.GetString(Take(Number(0)));
        }
        catch (DecoderFallbackException e)
        {
            throw new ProtocolException("a text that is not UTF-8", e);
        }
    }

    /// <inheritdoc/>
    public byte[] Bytes(byte[] value) => Take(Number(0)).ToArray();

    /// <inheritdoc/>
    public IReadOnlyList<string> Texts(IReadOnlyList<string> values)
    {
        var texts = new string[Count(sizeof(int))];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = Text("");
        return texts;
    }

    /// <inheritdoc/>
    public string? OptionalText(string? value) => Flag(false) ? Text("") : null;

    /// <inheritdoc/>
    public T? Optional<T>(T? value, T blank, MessageMembers<T> members)
        where T : class => Flag(false) ? members(this, blank) : null;

    /// <inheritdoc/>
    public IReadOnlyList<T> List<T>(IReadOnlyList<T> values, T blank, MessageMembers<T> members)
        where T : class
    {
        var list = new T[Count(1)];
        for (var i = 0; i < list.Length; i++)
            list[i] = members(this, blank);
        return list;
    }

    /// <summary>A count that the rest of the message can hold, so that no more is allocated than came.</summary>
    private int Count(int smallest)
    {
        var count = Number(0);
        return count >= 0 && count <= Left / smallest ? count : throw new ProtocolException($"a count of {count}");
    }

    private ReadOnlySpan<byte> Take(int size)
    {
        if (size < 0 || size > Left)
            throw new ProtocolException($"{size} bytes where {Left} are left");
        var taken = _bytes.Span.Slice(_position, size);
        _position += size;
        return taken;
    }
}
