using System.Globalization;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Protocol;
using HotpatchBuild.Runtime.Native.Processes;

namespace HotpatchBuild.Runtime.Managed.Processes;

/// <summary>A process that runs on CoreCLR, as /proc shows it.</summary>
public sealed class ManagedProcess
{
    private static readonly TimeSpan EndingPatience = TimeSpan.FromSeconds(1), EndingPause = TimeSpan.FromMilliseconds(5);

    private readonly byte[] _environment;

    private ManagedProcess(ProcessStatus status, int innerPid, byte[] environment, string name)
    {
        Pid = status.Pid;
        Name = name;
        StartTime = status.StartTime;
        UserId = status.UserId;
        InnerPid = innerPid;
        _environment = environment;
        TemporaryFolder = AgentPlace.TempFolder(environment);
    }

    /// <summary>Process id.</summary>
    public int Pid { get; }

    /// <summary>Name of the program: of its assembly where the executable is the shared host.</summary>
    public string Name { get; }

    /// <summary>What messages call it.</summary>
    public string Label => string.Create(CultureInfo.InvariantCulture, $"process {Pid} ({Name})");

    /// <summary>Clock ticks from boot to its start: with <see cref="Pid"/> it names this process and no later one.</summary>
    public ulong StartTime { get; }

    /// <summary>Effective user.</summary>
    public uint UserId { get; }

    /// <summary>Its id as it sees itself, which differs inside a pid namespace.</summary>
    internal int InnerPid { get; }

    /// <summary>Its folder for temporary files, as it sees it.</summary>
    internal string TemporaryFolder { get; }

    /// <summary>The agent's folder, as the process sees it.</summary>
    internal string AgentFolder => $"{TemporaryFolder.TrimEnd('/')}/{AgentPlace.FolderName(InnerPid, StartTime)}";

    /// <summary>Opens a process that is known to run on CoreCLR.</summary>
    /// <param name="pid">Its id.</param>
    /// <exception cref="HotpatchException">There is no such process any more, or there is no permission.</exception>
    public static ManagedProcess Open(int pid)
    {
        var status = ProcessStatus.Read(pid) ?? throw new HotpatchException(TargetDiagnostics.NoSuchProcess.With(pid));
        try
        {
            var environment = File.ReadAllBytes(Folder(pid) + "/environ");
            return new ManagedProcess(status, InnerPidOf(pid), environment, ProgramName.Of(pid, status.Name));
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new HotpatchException(AccessProblem.Explain(pid, status.Name), denied);
        }
    }

    /// <summary>True when a delta can be in force in it: it has brought the profiler along, or an agent was started in it.</summary>
    public bool IsReady => Mapped().Profiler is not null || Directory.Exists(Reach(AgentFolder));

    /// <summary>True when it has brought the profiler along: one that the tool brought came out of the agent's folder.</summary>
    internal bool IsPrepared(MappedFiles mapped) => mapped.Profiler is { } profiler && !profiler.StartsWith(AgentFolder + "/", StringComparison.Ordinal);

    /// <summary>Makes sure that this is still the process that was opened.</summary>
    /// <exception cref="HotpatchException">It has exited, or its id belongs to another process.</exception>
    public void EnsureSame()
    {
        var now = ProcessStatus.Read(Pid);
        if (now is not null && now.StartTime != StartTime)
            throw new HotpatchException(TargetDiagnostics.ProcessIdReused.With(Pid));
        if (now is null or { Zombie: true })
            throw new HotpatchException(TargetDiagnostics.ProcessExited.With(Pid, Name));
    }

    /// <summary>The same where a connection to it broke, which the kernel does before it says that the process has ended.</summary>
    /// <exception cref="HotpatchException">It has exited, or its id belongs to another process.</exception>
    internal void EnsureEndedOrSame()
    {
        var patience = new Deadline(EndingPatience);
        do
        {
            EnsureSame();
            Thread.Sleep(EndingPause);
        }
        while (patience.Left > 0 && IsEnding());
    }

    /// <summary>Makes sure that no debugger holds its threads: a runtime that is stopped answers nobody.</summary>
    /// <exception cref="HotpatchException">Something traces the process.</exception>
    internal void EnsureNotTraced()
    {
        if (ProcessStatus.Read(Pid) is { } status && AccessProblem.Debugger(Pid, status) is { } failure)
            throw new HotpatchException(failure);
    }

    /// <summary>A path as this command reaches it that the process sees under another root.</summary>
    /// <param name="path">The path as the process sees it.</param>
    internal string Reach(string path) => string.Create(CultureInfo.InvariantCulture, $"/proc/{Pid}/root{path}");

    /// <summary>An environment variable that the process was started with, or null.</summary>
    internal string? Variable(string name) => AgentPlace.Variable(_environment, name);

    /// <summary>What is mapped now.</summary>
    /// <exception cref="HotpatchException">The process has exited.</exception>
    internal MappedFiles Mapped()
    {
        try
        {
            return MappedFiles.Read(Pid);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            EnsureSame();
            throw new HotpatchException(AccessProblem.Explain(Pid, Name), gone);
        }
    }

    /// <summary>True when files mean the same to the process and to this command.</summary>
    internal bool SharesFiles()
    {
        try
        {
            return new FileInfo(Folder(Pid) + "/ns/mnt").LinkTarget == new FileInfo("/proc/self/ns/mnt").LinkTarget
                && new FileInfo(Folder(Pid) + "/root").LinkTarget == "/";
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>A process that is killed closes its files before it is a zombie; its memory goes first.</summary>
    private bool IsEnding()
    {
        try
        {
            return File.ReadLines(Folder(Pid) + "/status").All(static line => !line.StartsWith("VmSize:", StringComparison.Ordinal));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static string Folder(int pid) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}");

    private static int InnerPidOf(int pid)
    {
        foreach (var line in File.ReadLines(Folder(pid) + "/status"))
        {
            if (line.StartsWith("NSpid:", StringComparison.Ordinal) && int.TryParse(line.AsSpan(line.LastIndexOf('\t') + 1), CultureInfo.InvariantCulture, out var inner))
                return inner;
        }
        return pid;
    }
}
