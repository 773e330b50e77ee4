using System.Buffers.Binary;
using System.Text;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Runtime.Managed.Diagnostics;

/// <summary>A command to a runtime, or its answer: 14 bytes of magic, size of the whole, command set, command, two bytes reserved, then the payload.</summary>
/// <param name="Set">Command set.</param>
/// <param name="Command">Command in its set.</param>
/// <param name="Payload">What goes with it.</param>
internal readonly record struct IpcMessage(byte Set, byte Command, byte[] Payload)
{
    /// <summary>Answers are of this set.</summary>
    public const byte Server = 0xFF;

    private const int HeaderSize = 20, SizeAt = 14, SetAt = 16, CommandAt = 17;

    private static ReadOnlySpan<byte> Magic => "DOTNET_IPC_V1\0"u8;

    /// <summary>The message's bytes.</summary>
    /// <exception cref="ProtocolException">The payload is too long: only paths beyond what a system takes are.</exception>
    public byte[] ToBytes()
    {
        if (Payload.Length > ushort.MaxValue - HeaderSize)
            throw new ProtocolException("a command that is too long");
        var bytes = new byte[HeaderSize + Payload.Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(SizeAt), (ushort)bytes.Length);
        bytes[SetAt] = Set;
        bytes[CommandAt] = Command;
        Payload.CopyTo(bytes, HeaderSize);
        return bytes;
    }

    /// <summary>Reads one.</summary>
    /// <exception cref="ProtocolException">It is none.</exception>
    public static IpcMessage Read(Stream stream)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        if (stream.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) < HeaderSize)
            throw new ProtocolException("the runtime closed the connection");
        var size = BinaryPrimitives.ReadUInt16LittleEndian(header[SizeAt..]);
        if (!header.StartsWith(Magic) || size < HeaderSize)
            throw new ProtocolException("no message of a runtime");
        var payload = new byte[size - HeaderSize];
        return stream.ReadAtLeast(payload, payload.Length, throwOnEndOfStream: false) == payload.Length
            ? new IpcMessage(header[SetAt], header[CommandAt], payload)
            : throw new ProtocolException("half a message of a runtime");
    }

    /// <summary>A text as the protocol has it: the count of UTF-16 units with the terminating zero, and those.</summary>
    public static void Append(MemoryStream payload, string text)
    {
        Span<byte> count = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(count, text.Length + 1);
        payload.Write(count);
        payload.Write(Encoding.Unicode.GetBytes(text + '\0'));
    }
}
