using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Protocol;
using HotpatchBuild.Runtime.Managed.Processes;

namespace HotpatchBuild.Runtime.Managed;

/// <summary>What keeps an agent from answering anything.</summary>
/// <param name="failure">In its words.</param>
internal sealed class AgentRefusalException(AgentFailure failure) : Exception(failure.Error.ToString())
{
    /// <summary>In its words.</summary>
    public AgentFailure Failure { get; } = failure;

    /// <summary>The profiler's file is loaded, and the runtime has not taken it as its profiler: that was refused, or an earlier command did not get so far.</summary>
    public bool NotAttached => Failure is { Error: AgentError.RuntimeRefused, Details: ["AttachProfiler", ..] };
}

/// <summary>A connection to the agent in a process.</summary>
internal sealed class AgentConnection : IDisposable
{
    private static readonly TimeSpan HelloLimit = TimeSpan.FromSeconds(5);

    /// <summary>A tool that has just ended may still be the one at work, for as long as a thread of the agent needs to notice.</summary>
    private static readonly TimeSpan BusyPatience = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(10);

    private readonly ManagedProcess _process;
    private readonly UnixStream _stream;

    private AgentConnection(ManagedProcess process, UnixStream stream)
    {
        _process = process;
        _stream = stream;
    }

    /// <summary>Connects to the agent.</summary>
    /// <param name="process">The process.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="HotpatchException">It is busy, of another version, or does not answer; or somebody else has its place.</exception>
    public static AgentConnection? Open(ManagedProcess process)
    {
        using var folder = OpenFolder(process);
        if (folder is null)
            return null;
        var patience = new Deadline(BusyPatience);
        while (true)
        {
            var stream = Failures.Guard(process, "take a connection to its agent", () => UnixStream.Connect(folder.SocketPath, HelloLimit));
            if (stream is null)
                return null;
            var greeted = false;
            try
            {
                greeted = Failures.Guard(process, "answer through its agent", () => Greet(process, stream));
                if (greeted)
                    return new AgentConnection(process, stream);
            }
            finally
            {
                if (!greeted)
                    stream.Dispose();
            }
            if (patience.Left == 0)
                throw new HotpatchException(ManagedDiagnostics.Busy.With(process.Label));
            Thread.Sleep(BusyPause);
        }
    }

    /// <summary>Asks and waits for the answer.</summary>
    /// <param name="kind">What to ask.</param>
    /// <param name="content">What goes with it.</param>
    /// <param name="answer">What kind the answer must be.</param>
    /// <param name="blank">What a reader starts from.</param>
    /// <param name="members">The answer's layout.</param>
    /// <param name="limit">How long to wait.</param>
    /// <exception cref="AgentRefusalException">The agent answers nothing before something is different.</exception>
    /// <exception cref="HotpatchException">The agent failed, or does not answer.</exception>
    public T Ask<T>(MessageKind kind, ReadOnlyMemory<byte> content, MessageKind answer, T blank, MessageMembers<T> members, TimeSpan limit)
    {
        var frame = Failures.Guard(_process, "do what it was asked for", () =>
        {
            _stream.Limit = new Deadline(limit);
            new Frame(kind, content).Write(_stream);
            return Frame.Read(_stream) ?? throw new ProtocolException("the agent closed the connection");
        });
        return Failures.Guard(_process, "", () => frame.Kind switch
        {
            _ when frame.Kind == answer => MessageReader.Read(frame.Content, blank, members),
            MessageKind.Failed => throw new AgentRefusalException(MessageReader.Read(frame.Content, MessageLayout.NoFailure, MessageLayout.Failure)),
            MessageKind.Broken => throw new HotpatchException(ManagedDiagnostics.AgentFailed.With(
                _process.Label, MessageReader.Read(frame.Content, "", MessageLayout.Text).ReplaceLineEndings(" ").TrimEnd('.', ' '))),
            var other => throw new ProtocolException($"a message of kind {other}"),
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static AgentFolder? OpenFolder(ManagedProcess process)
    {
        try
        {
            return AgentFolder.Open(process.Reach(process.AgentFolder), process.UserId);
        }
        catch (IOException e)
        {
            process.EnsureSame();
            throw new HotpatchException(ManagedDiagnostics.FolderUnusable.With(process.Label, process.AgentFolder, e.Message.TrimEnd('.')), e);
        }
    }

    /// <returns>False when another tool is at work.</returns>
    private static bool Greet(ManagedProcess process, UnixStream stream)
    {
        // Its user may have changed since it began to listen; its id is its own.
        if (stream.Peer().Process is var pid && pid != process.Pid)
            throw new ProtocolException($"process {pid} answers in its place");
        if (Frame.Read(stream) is not { } first)
            throw new ProtocolException("the agent closed the connection");
        if (first.Kind == MessageKind.Busy)
            return false;
        if (first.Kind != MessageKind.Hello)
            throw new ProtocolException($"a message of kind {first.Kind}");
        var hello = MessageReader.Read(first.Content, MessageLayout.NoHello, MessageLayout.Hello, open: true);
        if (hello.Magic != Hello.RightMagic)
            throw new ProtocolException("no agent");
        return hello.Protocol == Hello.CurrentProtocol
            ? true
            : throw new HotpatchException(ManagedDiagnostics.OtherAgent.With(process.Label, hello.Protocol, hello.Version, Hello.CurrentProtocol));
    }
}
