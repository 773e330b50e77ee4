using System.Buffers.Binary;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Runtime.Managed.Diagnostics;

/// <summary>A runtime's refusal.</summary>
/// <param name="result">HRESULT.</param>
internal sealed class RuntimeRefusalException(int result) : Exception($"0x{result:x8}")
{
    /// <summary>HRESULT.</summary>
    public int Result { get; } = result;
}

/// <summary>The commands that a runtime is given; each has a connection of its own.</summary>
/// <param name="connect">Makes it.</param>
internal sealed class RuntimeCommands(Func<TimeSpan, UnixStream> connect)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Asks what it is.</summary>
    public RuntimeInfo Info() => RuntimeInfo.Read(Execute(new IpcMessage(0x04, 0x04, []), Limit));

    /// <summary>Has it load a profiler.</summary>
    /// <param name="profiler">The profiler's class.</param>
    /// <param name="path">Its file, as the process sees it.</param>
    public void AttachProfiler(Guid profiler, string path)
    {
        using var payload = new MemoryStream();
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(number, (int)Limit.TotalMilliseconds);
        payload.Write(number);
        payload.Write(profiler.ToByteArray());
        IpcMessage.Append(payload, path);
        payload.Write(stackalloc byte[sizeof(int)]); // no data for it
        // The runtime waits that long itself.
        Execute(new IpcMessage(0x03, 0x01, payload.ToArray()), 2 * Limit);
    }

    /// <summary>Has it call <c>StartupHook.Initialize</c> of an assembly. Where hooks are switched off it says yes and does nothing.</summary>
    /// <param name="path">The assembly, as the process sees it.</param>
    public void ApplyStartupHook(string path)
    {
        using var payload = new MemoryStream();
        IpcMessage.Append(payload, path);
        Execute(new IpcMessage(0x04, 0x07, payload.ToArray()), 2 * Limit);
    }

    private byte[] Execute(IpcMessage command, TimeSpan limit)
    {
        using var stream = connect(limit);
        stream.Write(command.ToBytes());
        var answer = IpcMessage.Read(stream);
        if (answer is { Set: IpcMessage.Server, Command: 0 })
            return answer.Payload;
        throw answer is { Set: IpcMessage.Server, Command: 0xFF, Payload.Length: >= sizeof(int) }
            ? new RuntimeRefusalException(BinaryPrimitives.ReadInt32LittleEndian(answer.Payload))
            : new ProtocolException($"answer {answer.Set:x2}{answer.Command:x2} of a runtime");
    }
}
