using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Runtime.Native.Processes;

/// <summary>What can be wrong with a target process (HPB4001–4019) and with stopping it (HPB4020–4039).</summary>
public static class TargetDiagnostics
{
    /// <summary>{0} pid.</summary>
    public static readonly DiagnosticDescriptor NoSuchProcess = new("HPB4001", "No such process",
        "There is no process {0}.", "List the processes with 'hotpatch ps'.", ExitCode.NoTarget)
        { Why = "/proc has no entry for that id." };

    /// <summary>{0} pid, {1} name.</summary>
    public static readonly DiagnosticDescriptor ProcessExited = new("HPB4002", "The process has exited",
        "Process {0} ({1}) has exited; nothing was changed.", "Start it again; a restart with the new build needs no delta.", ExitCode.NoTarget)
        { Why = "The process ended while the command was at work." };

    /// <summary>{0} pid, {1} name.</summary>
    public static readonly DiagnosticDescriptor KernelThread = new("HPB4003", "Not a program",
        "Process {0} ({1}) is a thread of the kernel.", "Name the pid of a .NET program; 'hotpatch ps' lists them.", ExitCode.NoTarget)
        { Why = "Threads of the kernel have no program and no memory of their own." };

    /// <summary>{0} pid, {1} name, {2} what it is.</summary>
    public static readonly DiagnosticDescriptor WrongArchitecture = new("HPB4004", "Not an x86-64 program",
        "The executable of process {0} ({1}) is {2}, not a 64-bit ELF program for x86-64.", "Only x86-64 Linux processes can be patched.", ExitCode.NoTarget)
        { Why = "Patches are x64 code for Linux." };

    /// <summary>{0} pid, {1} name, {2} its user, {3} our user.</summary>
    public static readonly DiagnosticDescriptor OtherUser = new("HPB4005", "The process belongs to another user",
        "Process {0} ({1}) belongs to user {2}, and this command runs as user {3}.", "Run it as user {2} or as root.", ExitCode.NoTarget)
        { Why = "Linux lets only the same user or root read and change the memory of a process." };

    /// <summary>{0} pid, {1} name, {2} value of ptrace_scope, {3} what the value means.</summary>
    public static readonly DiagnosticDescriptor PtraceScope = new("HPB4006", "The system forbids tracing",
        "The kernel does not let this command into process {0} ({1}): kernel.yama.ptrace_scope is {2} ({3}).",
        "Run it as root (with CAP_SYS_PTRACE), or have the administrator set kernel.yama.ptrace_scope to 0; a value of 3 lasts until the next boot.", ExitCode.NoTarget)
        { Why = "The Yama security module restricts which processes may trace which others, and a native patch stops the threads by tracing them." };

    /// <summary>{0} pid, {1} name, {2} tracer's pid, {3} tracer's name.</summary>
    public static readonly DiagnosticDescriptor Traced = new("HPB4007", "A debugger is attached",
        "Process {0} ({1}) is being traced by process {2} ({3}), and a process can have one tracer only.", "End or detach that debugger or tracer, then try again.", ExitCode.NoTarget)
        { Why = "Linux allows one tracer per process, and a native patch stops the threads by tracing them." };

    /// <summary>{0} pid.</summary>
    public static readonly DiagnosticDescriptor ProcessIdReused = new("HPB4008", "The process id belongs to another process now",
        "The process that had id {0} has exited, and another one has the id now; it was not touched.", "List the processes with 'hotpatch ps'.", ExitCode.NoTarget)
        { Why = "Ids are used again after a process has ended; its start time tells the two apart." };

    /// <summary>{0} pid, {1} name, {2} address, {3} bytes.</summary>
    public static readonly DiagnosticDescriptor MemoryNotMapped = new("HPB4009", "Memory is not mapped",
        "Process {0} ({1}) has no memory at {2:x} for {3} bytes.", "The process does not run the build that the delta is for; look at 'hotpatch check'.", ExitCode.NoTarget)
        { Why = "The address comes from the build that the delta names. A process without memory there runs something else, or has unmapped it." };

    /// <summary>{0} pid, {1} name, {2} what went wrong.</summary>
    public static readonly DiagnosticDescriptor ExecutableUnreadable = new("HPB4010", "The executable cannot be read",
        "The executable of process {0} ({1}) cannot be read: {2}.", "Run the command as the process's user or as root, on the same machine.", ExitCode.NoTarget)
        { Why = "The executable tells which build the process runs, by its build-id." };

    /// <summary>{0} pid, {1} name.</summary>
    public static readonly DiagnosticDescriptor ProgramReplaced = new("HPB4011", "The process runs another program now",
        "Process {0} ({1}) has replaced its program (exec) in the meantime; nothing was changed.", "Run the command again if the new program is to be patched.", ExitCode.NoTarget)
        { Why = "exec replaces all code and memory of a process, so what was checked before no longer holds." };

    /// <summary>{0} pid, {1} name, {2} a hint at what stands between, or nothing.</summary>
    public static readonly DiagnosticDescriptor NotPermitted = new("HPB4012", "Not permitted",
        "The kernel does not let this command into process {0} ({1}){2}.",
        "Run it as root; in a container, give it the capability SYS_PTRACE (docker run --cap-add=SYS_PTRACE) or run it on the host.", ExitCode.NoTarget)
        { Why = "A capability, a security module or a container's profile keeps one process from changing another." };

    /// <summary>{0} pid.</summary>
    public static readonly DiagnosticDescriptor OwnProcess = new("HPB4013", "The command itself",
        "Process {0} is this command itself.", "Name the pid of the program to patch; 'hotpatch ps' lists them.", ExitCode.NoTarget)
        { Why = "A process cannot stop its own threads and go on working." };

    /// <summary>{0} pid, {1} name, {2} seconds, {3} function, {4} tid, {5} thread name, {6} where.</summary>
    public static readonly DiagnosticDescriptor NoSafeMoment = new("HPB4020", "No safe moment",
        "In {2:0.###} s there was no moment at which {3} could be redirected in process {0} ({1}): thread {4} ({5}) {6}. Nothing was changed.",
        "Try again when that thread has moved on, or give more time with --timeout.", ExitCode.NoSafeMoment)
        { Why = "An entry may be overwritten only while no thread stands in it and no return address leads into it. A thread did, each time it was looked at." };

    /// <summary>{0} pid, {1} name, {2} functions and threads.</summary>
    public static readonly DiagnosticDescriptor ActiveRefused = new("HPB4610", "Changed functions are running",
        "In process {0} ({1}) calls are under way in what would be switched, and this delta is refused then: {2}. Nothing was changed.",
        "Try again later, wait for a better moment with --active wait, or let these calls finish with the code they began with: --active finish.", ExitCode.Refused)
        { Why = "Calls that began before the switch end with the code they began with. This delta, or the command line, says that there must be none." };

    /// <summary>{0} pid, {1} name, {2} functions and threads, {3} seconds.</summary>
    public static readonly DiagnosticDescriptor StillActive = new("HPB4611", "Changed functions did not come to rest",
        "In {3:0.###} s there was no moment in process {0} ({1}) at which no call was under way in what would be switched; at last there were: {2}. Nothing was changed.",
        "Give more time with --timeout, try again later, or let these calls finish with the code they began with: --active finish.", ExitCode.NoSafeMoment)
        { Why = "Calls that began before the switch end with the code they began with. This delta, or the command line, asks to wait until there are none, and there were some each time it was looked." };

    /// <summary>{0} pid, {1} name, {2} seconds, {3} tid, {4} thread name, {5} state.</summary>
    public static readonly DiagnosticDescriptor ThreadDoesNotStop = new("HPB4021", "A thread does not stop",
        "Thread {3} ({4}) of process {0} ({1}) could not be stopped within {2:0.###} s: {5}. Nothing was changed.",
        "Try again when the system call it is in has ended (a slow disk or network file system, a starting child process).", ExitCode.NoSafeMoment)
        { Why = "A thread in an uninterruptible system call stops only when that call ends, and all must be stopped for the check." };

    /// <summary>{0} pid, {1} name, {2} address, {3} found, {4} expected.</summary>
    public static readonly DiagnosticDescriptor WordDiffers = new("HPB4022", "The code in memory is not what it should be",
        "In process {0} ({1}) the word at {2:x} is {3:x16}, where {4:x16} was expected; nothing was changed.",
        "The process runs another build, or another tool has altered its code; look at 'hotpatch status'.", ExitCode.Integrity)
        { Why = "Before a word is replaced, it is compared with what the build has there. A difference means other code than the delta was made for." };

    /// <summary>{0} pid, {1} name, {2} address, {3} whether the stores before it were undone.</summary>
    public static readonly DiagnosticDescriptor StoreFailed = new("HPB4023", "A word could not be stored",
        "In process {0} ({1}) the word at {2:x} could not be stored; {3}.",
        "Look at 'hotpatch status', which repairs a switch that was cut short.", ExitCode.NoTarget)
        { Why = "The kernel refused to write to the process, though it allowed it before." };

    /// <summary>{0} pid, {1} name, {2} tid, {3} thread name.</summary>
    public static readonly DiagnosticDescriptor SeizeRefused = new("HPB4024", "A thread cannot be traced",
        "The kernel does not let this command trace thread {2} ({3}) of process {0} ({1}); nothing was changed.",
        "Run it as root; in a container, give it the capability SYS_PTRACE, and allow ptrace in its seccomp profile.", ExitCode.NoTarget)
        { Why = "Every thread must be stopped for the check, and for one of them the kernel gave no permission." };
}
