using System;
using System.Buffers.Binary;
using System.IO;

namespace HotpatchBuild.Protocol;

/// <summary>One message as it goes over the channel: four bytes of length, one of kind, then as many bytes as the length says.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Content">The message.</param>
internal readonly record struct Frame(MessageKind Kind, ReadOnlyMemory<byte> Content)
{
    /// <summary>Bytes of the largest message: the images of the largest delta, and more.</summary>
    public const int MaximumSize = 1 << 28;

    private const int HeaderSize = sizeof(int) + 1;
    private const int FirstAllocation = 1 << 16;

    /// <summary>Reads the next frame.</summary>
    /// <param name="stream">The channel.</param>
    /// <returns>Null at the end of the stream between two frames.</returns>
    /// <exception cref="ProtocolException">It ends within one, or what comes is none.</exception>
    public static Frame? Read(Stream stream)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        var read = stream.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false);
        if (read == 0)
            return null;
        if (read < HeaderSize)
            throw new ProtocolException("it ends within a message's header");
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length is < 0 or > MaximumSize)
            throw new ProtocolException($"a message of {(uint)length} bytes");

        // Memory follows what came, not what was announced.
        var content = new byte[Math.Min(length, FirstAllocation)];
        for (var filled = 0; filled < length; filled = content.Length)
        {
            if (filled == content.Length)
                Array.Resize(ref content, (int)Math.Min(length, 2L * content.Length));
            var wanted = content.AsSpan(filled);
            if (stream.ReadAtLeast(wanted, wanted.Length, throwOnEndOfStream: false) < wanted.Length)
                throw new ProtocolException("it ends within a message");
        }
        return new Frame((MessageKind)header[sizeof(int)], content);
    }

    /// <summary>Writes the frame.</summary>
    /// <param name="stream">The channel.</param>
    public void Write(Stream stream)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        BinaryPrimitives.WriteInt32LittleEndian(header, Content.Length);
        header[sizeof(int)] = (byte)Kind;
        stream.Write(header);
        stream.Write(Content.Span);
        stream.Flush();
    }
}
