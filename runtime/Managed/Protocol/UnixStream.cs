using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

namespace HotpatchBuild.Protocol;

/// <summary>A connected Unix socket. No call waits beyond <see cref="Limit"/>.</summary>
internal sealed unsafe class UnixStream : Stream
{
    private int _socket;

    private UnixStream(int socket, Deadline limit)
    {
        _socket = socket;
        Limit = limit;
    }

    /// <summary>When reading and writing give up with a <see cref="TimeoutException"/>.</summary>
    public Deadline Limit { get; set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Connects.</summary>
    /// <param name="path">The socket; 107 bytes at most.</param>
    /// <param name="limit">How long that and everything behind it may take, until <see cref="Limit"/> is set anew.</param>
    /// <returns>Null when nobody listens there.</returns>
    /// <exception cref="IOException">It cannot be reached.</exception>
    /// <exception cref="TimeoutException">Nobody accepts the connection in time.</exception>
    public static UnixStream? Connect(string path, TimeSpan limit)
    {
        var deadline = new Deadline(limit);
        var stream = new UnixStream(Checked(SystemCalls.Socket(SystemCalls.Unix, SystemCalls.StreamSocket, 0), "socket"), deadline);
        try
        {
            // A listener that does not accept has its queue full after a while; the kernel then waits as long as a send may.
            var wait = new SystemCalls.TimeValue { Seconds = deadline.Left / 1000, Microseconds = deadline.Left % 1000 * 1000 + 1 };
            Checked(SystemCalls.SetOption(stream._socket, SystemCalls.SocketLevel, SystemCalls.SendTimeout, &wait, sizeof(SystemCalls.TimeValue)), "setsockopt");
            var name = Name(path);
            if (SystemCalls.Connect(stream._socket, &name, sizeof(SystemCalls.SocketName)) == 0)
            {
                var connected = stream;
                stream = null;
                return connected;
            }
            return Marshal.GetLastPInvokeError() switch
            {
                SystemCalls.ENOENT or SystemCalls.ECONNREFUSED => null,
                SystemCalls.EAGAIN => throw new TimeoutException(),
                _ => throw Failed("connect"),
            };
        }
        finally
        {
            stream?.Dispose();
        }
    }

    /// <summary>For a socket that was accepted.</summary>
    internal static UnixStream Accepted(int socket, TimeSpan limit) => new(socket, new Deadline(limit));

    /// <summary>The address of a path.</summary>
    /// <exception cref="IOException">It is too long.</exception>
    internal static SystemCalls.SocketName Name(string path)
    {
        var name = new SystemCalls.SocketName { Family = SystemCalls.Unix };
        if (Encoding.UTF8.GetByteCount(path) >= SystemCalls.SocketName.PathSize)
            throw new IOException($"the path {path} is too long for a socket");
        Encoding.UTF8.GetBytes(path, new Span<byte>(name.Path, SystemCalls.SocketName.PathSize));
        return name;
    }

    /// <summary>Who is at the other end.</summary>
    /// <exception cref="IOException">The kernel does not say.</exception>
    public (int Process, uint User) Peer()
    {
        SystemCalls.Credentials credentials;
        var size = sizeof(SystemCalls.Credentials);
        Checked(SystemCalls.GetOption(_socket, SystemCalls.SocketLevel, SystemCalls.PeerCredentials, &credentials, &size), "getsockopt");
        return (credentials.Process, credentials.User);
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                Wait(SystemCalls.Readable);
                var count = SystemCalls.Receive(_socket, start, (nuint)buffer.Length, SystemCalls.DontWait);
                if (count >= 0)
                    return (int)count;
                if (Marshal.GetLastPInvokeError() is not (SystemCalls.EINTR or SystemCalls.EAGAIN))
                    throw Failed("recv");
            }
        }
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            for (var sent = 0; sent < buffer.Length;)
            {
                Wait(SystemCalls.Writable);
                var count = SystemCalls.Send(_socket, start + sent, (nuint)(buffer.Length - sent), SystemCalls.DontWait | SystemCalls.NoSignal);
                if (count >= 0)
                    sent += (int)count;
                else if (Marshal.GetLastPInvokeError() is not (SystemCalls.EINTR or SystemCalls.EAGAIN))
                    throw Failed("send");
            }
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_socket >= 0)
            _ = SystemCalls.Close(_socket);
        _socket = -1;
        base.Dispose(disposing);
    }

    /// <summary>The error of the last call.</summary>
    internal static IOException Failed(string call)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{call}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    private static int Checked(int result, string call) => result >= 0 ? result : throw Failed(call);

    private void Wait(short what)
    {
        var entry = new SystemCalls.PollEntry { Descriptor = _socket, Wanted = what };
        int ready;
        while ((ready = SystemCalls.Poll(&entry, 1, Limit.Left)) < 0)
        {
            if (Marshal.GetLastPInvokeError() != SystemCalls.EINTR)
                throw Failed("poll");
        }
        if (ready == 0)
            throw new TimeoutException();
    }
}
