using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using HotpatchBuild.Protocol;
using HotpatchBuild.Runtime.Managed.Diagnostics;

namespace HotpatchBuild.Tests.Unit.Managed.Tool;

/// <summary>Commands to a runtime, against a socket that answers as one does, or does not.</summary>
public sealed class IpcTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hp-ipc-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_command_has_magic_size_set_and_number_and_its_payload()
    {
        byte[] sent = Answer(Ok([]), runtime => runtime.AttachProfiler(new Guid("00112233-4455-6677-8899-aabbccddeeff"), "/a"));
        Assert.Equal("DOTNET_IPC_V1\0", Encoding.ASCII.GetString(sent, 0, 14));
        Assert.Equal(sent.Length, BinaryPrimitives.ReadUInt16LittleEndian(sent.AsSpan(14)));
        Assert.Equal([3, 1, 0, 0], sent[16..20]);
        Assert.Equal(
            [0x10, 0x27, 0, 0, 0x33, 0x22, 0x11, 0, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 3, 0, 0, 0, (byte)'/', 0, (byte)'a', 0, 0, 0, 0, 0, 0, 0],
            sent[20..]);
        sent = Answer(Ok([]), runtime => runtime.ApplyStartupHook("/h"));
        Assert.Equal([4, 7, 0, 0, 3, 0, 0, 0, (byte)'/', 0, (byte)'h', 0, 0, 0], sent[16..]);
    }

    [Fact]
    public void What_a_runtime_is_is_read()
    {
        RuntimeInfo? info = null;
        byte[] payload = [.. new byte[24], .. Text("cmd"), .. Text("Linux"), .. Text("x64"), .. Text("App"), .. Text("10.0.12+abc")];
        byte[] sent = Answer(Ok(payload), runtime => info = runtime.Info());
        Assert.Equal([4, 4], sent[16..18]);
        Assert.Equal(new RuntimeInfo("x64", "App", "10.0.12+abc"), info);
        for (int length = 0; length < payload.Length; length++)
            Assert.Throws<ProtocolException>(() => RuntimeInfo.Read(payload.AsSpan(0, length)));
    }

    [Fact]
    public void A_refusal_is_its_number() => Assert.Equal(
        unchecked((int)0x8013136A),
        Assert.Throws<RuntimeRefusalException>(() => Answer(Message(0xFF, 0xFF, [0x6A, 0x13, 0x13, 0x80]), runtime => runtime.ApplyStartupHook("/h"))).Result);

    [Fact]
    public void Nonsense_is_a_clean_error()
    {
        byte[] good = Ok([]);
        foreach (byte[] answer in (byte[][])[[], good[..7], [.. new byte[20]], Message(1, 0, []), Message(0xFF, 0xFF, []), [.. good[..14], 19, 0, .. good[16..]], [.. good[..14], 90, 0, .. good[16..]]])
            Assert.Throws<ProtocolException>(() => Answer(answer, runtime => runtime.ApplyStartupHook("/h")));
    }

    [Fact]
    public void A_runtime_that_says_nothing_is_not_waited_for_forever()
    {
        using var listener = Listen(out string path);
        using UnixStream stream = UnixStream.Connect(path, TimeSpan.FromMilliseconds(50))!;
        Assert.Throws<TimeoutException>(() => IpcMessage.Read(stream));
    }

    [Fact]
    public void A_listener_whose_queue_is_full_is_not_waited_for_forever()
    {
        using var listener = Listen(out string path);
        var waiting = new List<UnixStream>();
        try
        {
            Assert.Throws<TimeoutException>(() =>
            {
                for (int i = 0; i < 100; i++)
                    waiting.Add(UnixStream.Connect(path, TimeSpan.FromMilliseconds(50))!);
            });
        }
        finally
        {
            waiting.ForEach(stream => stream.Dispose());
        }
    }

    [Fact]
    public void Nobody_there_is_no_error()
    {
        Assert.Null(UnixStream.Connect(Path.Combine(_folder, "none"), TimeSpan.FromSeconds(1)));
        using (Listen(out _))
        {
        }
        Assert.Null(UnixStream.Connect(Path.Combine(_folder, "socket"), TimeSpan.FromSeconds(1)));
        Assert.Throws<IOException>(() => UnixStream.Connect("/" + new string('x', 200), TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void The_other_end_is_known()
    {
        using var listener = Listen(out string path);
        using UnixStream stream = UnixStream.Connect(path, TimeSpan.FromSeconds(5))!;
        Assert.Equal((Environment.ProcessId, SystemCalls.EffectiveUser()), stream.Peer());
    }

    private static byte[] Text(string text) => [.. BitConverter.GetBytes(text.Length + 1), .. Encoding.Unicode.GetBytes(text + '\0')];

    private static byte[] Ok(byte[] payload) => Message(0xFF, 0, payload);

    private static byte[] Message(byte set, byte command, byte[] payload) => new IpcMessage(set, command, payload).ToBytes();

    /// <summary>Runs a command against a runtime with one answer.</summary>
    /// <returns>What was sent to it.</returns>
    private byte[] Answer(byte[] answer, Action<RuntimeCommands> run)
    {
        using var listener = Listen(out string path);
        byte[] received = [];
        var server = new Thread(() =>
        {
            using Socket connection = listener.Accept();
            byte[] buffer = new byte[4096];
            received = buffer[..connection.Receive(buffer)];
            connection.Send(answer);
        });
        server.Start();
        try
        {
            run(new RuntimeCommands(limit => UnixStream.Connect(path, limit)!));
        }
        finally
        {
            server.Join();
        }
        return received;
    }

    private Socket Listen(out string path)
    {
        path = Path.Combine(_folder, "socket");
        File.Delete(path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        return listener;
    }
}
