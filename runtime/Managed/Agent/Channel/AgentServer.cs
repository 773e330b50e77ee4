using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Agent.Channel;

/// <summary>
/// Listens on a Unix socket in a folder that only this process's user can get into, on threads of its own. One tool at a time is served; another one is told
/// so. No exception leaves its threads: where listening ends for whatever reason, the folder goes, and the next tool has it started again.
/// </summary>
/// <param name="path">The folder.</param>
/// <param name="requests">Answers what tools ask.</param>
internal sealed unsafe class AgentServer(string path, AgentRequests requests)
{
    private const int Waiting = 16; // connections that wait to be accepted
    private const int LookAgain = 60_000; // milliseconds between looks at whether the socket is still there

    /// <summary>How long a tool may take from one request to the next, and to take an answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly object _gate = new();
    private int _socket = -1;
    private int _serving;
    private bool _exitWatched;

    /// <summary>True while tools can connect.</summary>
    public bool Listening
    {
        get
        {
            lock (_gate)
                return _socket >= 0 && SocketIsThere;
        }
    }

    private bool SocketIsThere => File.Exists(Path.Combine(path, AgentPlace.SocketName));

    /// <summary>Makes the folder and the socket, and starts the thread.</summary>
    /// <exception cref="IOException">One of them cannot be made.</exception>
    public void Start()
    {
        lock (_gate)
        {
            StaleFolders.Remove(Path.GetDirectoryName(path)!);
            if (!_exitWatched)
            {
                AppDomain.CurrentDomain.ProcessExit += (_, _) => RemoveFolder();
                _exitWatched = true;
            }
            var socket = Bind();
            _socket = socket;
            new Thread(() => Accept(socket)) { IsBackground = true, Name = "hotpatch agent" }.UnsafeStart();
        }
    }

    /// <summary>Ends listening and removes the folder.</summary>
    public void Stop()
    {
        lock (_gate)
            _socket = -1;
        RemoveFolder();
    }

    private int Bind()
    {
        // The tool may have made the folder, to put this assembly into it.
        using var folder = AgentFolder.Create(path) ?? AgentFolder.Open(path, SystemCalls.EffectiveUser()) ?? throw new IOException($"{path} cannot be made");
        // A socket file of an earlier listener of this process; nobody else gets in here.
        File.Delete(Path.Combine(path, AgentPlace.SocketName));
        var socket = SystemCalls.Socket(SystemCalls.Unix, SystemCalls.StreamSocket, 0);
        if (socket < 0)
            throw UnixStream.Failed("socket");
        var name = UnixStream.Name(folder.SocketPath);
        if (SystemCalls.Bind(socket, &name, sizeof(SystemCalls.SocketName)) == 0 && SystemCalls.Listen(socket, Waiting) == 0)
            return socket;
        var failure = UnixStream.Failed("bind");
        _ = SystemCalls.Close(socket);
        throw failure;
    }

    private void Accept(int socket)
    {
        try
        {
            while (Wait(socket))
            {
                var connection = SystemCalls.Accept(socket, null, null, SystemCalls.CloseOnExec);
                if (connection >= 0)
                    Welcome(UnixStream.Accepted(connection, Patience));
                else if (Marshal.GetLastPInvokeError() is not (SystemCalls.EINTR or SystemCalls.ECONNABORTED))
                    break;
            }
        }
        catch (Exception)
        {
            // No thread, no memory: the program must not end for our sake. The next tool finds nobody listening and has it started again.
        }
        finally
        {
            _ = SystemCalls.Close(socket);
            lock (_gate)
            {
                if (_socket == socket)
                    _socket = -1;
            }
        }
    }

    /// <summary>Waits for a connection.</summary>
    /// <returns>False when there can't be any more.</returns>
    private bool Wait(int socket)
    {
        while (true)
        {
            var entry = new SystemCalls.PollEntry { Descriptor = socket, Wanted = SystemCalls.Readable };
            var ready = SystemCalls.Poll(&entry, 1, LookAgain);
            if (ready > 0)
                return true;
            if (ready < 0 && Marshal.GetLastPInvokeError() != SystemCalls.EINTR)
                return false;
            lock (_gate)
            {
                if (_socket != socket)
                    return false;
            }
            // Something cleaned the folder for temporary files: this socket can't be found any more, so there has to be another one.
            if (ready == 0 && !SocketIsThere)
                return false;
        }
    }

    private void Welcome(UnixStream connection)
    {
        try
        {
            var user = connection.Peer().User;
            if (user != 0 && user != SystemCalls.EffectiveUser())
            {
                connection.Dispose();
                return;
            }
            if (Interlocked.CompareExchange(ref _serving, 1, 0) != 0)
            {
                using (connection)
                    new Frame(MessageKind.Busy, default).Write(connection);
                return;
            }
            StartSession(connection, user);
        }
        catch (Exception gone) when (gone is IOException or TimeoutException)
        {
            // Whoever it was does not listen any more; there is nobody to tell.
            connection.Dispose();
        }
    }

    private void StartSession(UnixStream connection, uint user)
    {
        var started = false;
        try
        {
            new Thread(() => Serve(connection, user)) { IsBackground = true, Name = "hotpatch agent session" }.UnsafeStart();
            started = true;
        }
        finally
        {
            if (!started)
            {
                connection.Dispose();
                Volatile.Write(ref _serving, 0);
            }
        }
    }

    private void Serve(UnixStream connection, uint user)
    {
        try
        {
            Converse(connection, user);
        }
        catch (Exception)
        {
            // The tool went away, does not speak on or says what is no request: that ends its connection and nothing else, least of all the program.
        }
        finally
        {
            // In this order, so that a tool that sees its connection end finds the next one welcome.
            Volatile.Write(ref _serving, 0);
            connection.Dispose();
        }
    }

    private void Converse(UnixStream connection, uint user)
    {
        new Frame(MessageKind.Hello, MessageWriter.Write(AgentRequests.Hello, MessageLayout.Hello)).Write(connection);
        while (true)
        {
            connection.Limit = new Deadline(Patience);
            if (Frame.Read(connection) is not { } request)
                return;
            var answer = requests.Answer(request, user);
            connection.Limit = new Deadline(Patience);
            answer.Write(connection);
        }
    }

    private void RemoveFolder()
    {
        try
        {
            if (AgentFolder.Open(path, SystemCalls.EffectiveUser()) is not { } folder)
                return;
            folder.Dispose();
            Directory.Delete(path, recursive: true);
        }
        catch (Exception left) when (left is IOException or UnauthorizedAccessException)
        {
            // Left for the next agent of this user to remove: see StaleFolders.
        }
    }
}
