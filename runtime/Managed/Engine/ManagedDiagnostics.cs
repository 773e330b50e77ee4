using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Runtime.Managed;

/// <summary>What can stand between the tool and a CoreCLR process (HPB4101–4129).</summary>
public static class ManagedDiagnostics
{
    /// <summary>{0} process, {1} the setting.</summary>
    public static readonly DiagnosticDescriptor DiagnosticsOff = new("HPB4101", "Diagnostics are switched off",
        "The runtime of {0} was started with {1}, so nobody can ask it to load the patch agent.",
        "Start the process without that setting; until then only the full build at a restart helps.", ExitCode.NoTarget)
        { Why = "The command reaches the runtime through its diagnostics socket, which DOTNET_EnableDiagnostics and related settings switch off." };

    /// <summary>{0} process, {1} folder.</summary>
    public static readonly DiagnosticDescriptor NoPort = new("HPB4102", "No diagnostics socket",
        "The runtime of {0} has no diagnostics socket in {1}.",
        "Try again when the process has started; if something cleaned that folder, or its runtime has no diagnostics, ship the full build at the next restart.", ExitCode.NoTarget)
        { Why = "The command reaches the runtime through a socket in its folder for temporary files, which the runtime makes at startup." };

    /// <summary>{0} process, {1} the profiler.</summary>
    public static readonly DiagnosticDescriptor OtherProfiler = new("HPB4103", "Another profiler is loaded",
        "The runtime of {0} has a profiler already ({1}), and takes only one.",
        "Start the process without that profiler (see its variables CORECLR_ENABLE_PROFILING and CORECLR_PROFILER_PATH), or ship the full build at the next restart.", ExitCode.NoTarget)
        { Why = "Code is replaced through the profiling interface, and the runtime attaches one profiler to a process at a time." };

    /// <summary>{0} process, {1} its runtime.</summary>
    public static readonly DiagnosticDescriptor OldRuntime = new("HPB4104", "Runtime too old",
        "The runtime of {0} is .NET {1}, which cannot take an agent while it runs.",
        "Run it on .NET 8 or later, or ship the full build at the next restart.", ExitCode.NoTarget)
        { Why = "Loading an agent into a running process (ApplyStartupHook) came with .NET 8." };

    /// <summary>{0} process, {1} assembly, {2} the delta's MVID, {3} the running MVID.</summary>
    public static readonly DiagnosticDescriptor WrongBuild = new("HPB4105", "Delta of another build of an assembly",
        "The delta is for build {2} of {1}, and {0} runs build {3} of it.",
        "Use the delta that was made against the running build; 'hotpatch ps' shows each process's build.", ExitCode.Refused)
        { Why = "The MVID tells builds of an assembly apart. Tokens and types of another build mean other methods." };

    /// <summary>{0} process.</summary>
    public static readonly DiagnosticDescriptor HooksDisabled = new("HPB4106", "Startup hooks are disabled",
        "The runtime of {0} takes no startup hook, so the patch agent cannot start: it was published trimmed, or with StartupHookSupport switched off.",
        "Publish the program with StartupHookSupport set to true, or ship the full build at the next restart.", ExitCode.NoTarget)
        { Why = "The agent is loaded as a startup hook; a trimmed program, or one that switched the feature off, has no code for that." };

    /// <summary>{0} process.</summary>
    public static readonly DiagnosticDescriptor SingleFile = new("HPB4107", "Self-contained single-file program",
        "The executable of {0} is a self-contained single file with its runtime inside, which hotpatch does not support.",
        "Publish it without PublishSingleFile, or framework-dependent, or ship the full build at the next restart.", ExitCode.NoTarget)
        { Why = "A runtime inside the executable gives no place to load the profiler and the agent from." };

    /// <summary>{0} process.</summary>
    public static readonly DiagnosticDescriptor Debugger = new("HPB4108", "A managed debugger is attached",
        "A managed debugger is attached to {0}; it would not know the code that is switched.",
        "Detach the debugger, then try again.", ExitCode.NoTarget)
        { Why = "A debugger maps breakpoints and frames by the IL that it has read; code switched behind its back would not fit." };

    /// <summary>{0} process.</summary>
    public static readonly DiagnosticDescriptor Busy = new("HPB4109", "Another hotpatch command is using the agent",
        "Another hotpatch command is at work in {0} right now.",
        "Wait for it to end and try again.", ExitCode.NoSafeMoment)
        { Why = "One change at a time is made to a process, so that each is all or nothing." };

    /// <summary>{0} process, {1} what was waited for, {2} seconds.</summary>
    public static readonly DiagnosticDescriptor NoAnswer = new("HPB4110", "The process does not answer",
        "For {2:0.#} s {0} did not {1}; what it was asked for may still happen.",
        "See whether the process is stopped or overloaded, then look at 'hotpatch status'.", ExitCode.NoSafeMoment)
        { Why = "The runtime answers when its threads get to run; a stopped or overloaded process does not." };

    /// <summary>{0} process, {1} agent's protocol, {2} its version, {3} our protocol.</summary>
    public static readonly DiagnosticDescriptor OtherAgent = new("HPB4111", "Agent of another version",
        "The agent in {0} is version {2} and speaks protocol {1}; this command speaks protocol {3}.",
        "Use the version of hotpatch that patched the process first, until it is restarted.", ExitCode.NoTarget)
        { Why = "The agent stays in the process until it ends, and speaks the protocol of the version that loaded it." };

    /// <summary>{0} path.</summary>
    public static readonly DiagnosticDescriptor NoAgentFiles = new("HPB4112", "The tool is not complete",
        "The file {0} of this tool is missing or cannot be read, so no agent can be loaded into a CoreCLR process.",
        "Install HotpatchBuild.Tool again.", ExitCode.NoTarget)
        { Why = "The profiler and the agent are files beside the tool." };

    /// <summary>{0} process, {1} folder, {2} why.</summary>
    public static readonly DiagnosticDescriptor FolderUnusable = new("HPB4113", "The agent's folder cannot be used",
        "The folder {1} of {0}, where the agent listens, cannot be used: {2}.",
        "Remove whatever has that name, or run the command as the process's user.", ExitCode.NoTarget)
        { Why = "The agent listens on a socket in a folder that only the process's user may enter; otherwise others could send it code." };

    /// <summary>{0} process, {1} what, {2} HRESULT.</summary>
    public static readonly DiagnosticDescriptor RuntimeRefused = new("HPB4114", "The runtime refused the agent",
        "The runtime of {0} refused to {1} (error 0x{2:x8}).",
        "See whether the process may load files from its folder for temporary files, and look the error up in the runtime's corerror.h.", ExitCode.NoTarget)
        { Why = "Attaching the profiler and starting the agent are requests to the runtime, and it refused one." };

    /// <summary>{0} process, {1} what.</summary>
    public static readonly DiagnosticDescriptor Garbled = new("HPB4115", "Answer not understood",
        "What {0} answered is not what was expected: {1}.",
        "See whether all versions of HotpatchBuild in use are the same; 'hotpatch status' says what is in force.", ExitCode.NoTarget)
        { Why = "Answers are read in a fixed form; what does not fit is not guessed at." };

    /// <summary>No managed part.</summary>
    public static readonly DiagnosticDescriptor NoManagedModule = new("HPB4116", "Delta without a managed part",
        "The delta has no part for a CoreCLR process.",
        "Apply it to the NativeAOT process, or make the delta from the CoreCLR build.", ExitCode.Refused)
        { Why = "CoreCLR processes are patched with IL, and the delta has native code only." };

    /// <summary>{0} process, {1} the delta's program.</summary>
    public static readonly DiagnosticDescriptor OtherProgram = new("HPB4117", "Delta of another program",
        "The delta is for {1}, and {0} has loaded none of its assemblies.",
        "Name the process that runs {1}; 'hotpatch ps' lists them.", ExitCode.Refused)
        { Why = "A delta changes assemblies that the process has loaded." };

    /// <summary>{0} process, {1} mount, {2} file.</summary>
    public static readonly DiagnosticDescriptor NoExecution = new("HPB4118", "No code can be loaded from the folder for temporary files",
        "The folder for temporary files of {0} ({1}) forbids execution, and the process cannot see the tool's own files.",
        "Build the program with HotpatchBuild, which puts the profiler beside it, or mount that folder without noexec.", ExitCode.NoTarget)
        { Why = "The profiler is a native library, and the system does not let it be mapped as code from there." };

    /// <summary>{0} process, {1} the agent's words.</summary>
    public static readonly DiagnosticDescriptor AgentFailed = new("HPB4119", "The agent failed",
        "The agent in {0} could not do it: {1}.",
        "Look at 'hotpatch status', and please report it with the command line.", ExitCode.Refused)
        { Why = "The agent met something that it has no number for; it changed nothing that it did not report." };

    /// <summary>{0} process, {1} architecture.</summary>
    public static readonly DiagnosticDescriptor WrongArchitecture = new("HPB4120", "Runtime of another architecture",
        "The runtime of {0} is for {1}; only x64 can be patched.",
        "Run the x64 build of the program, or ship the full build at the next restart.", ExitCode.NoTarget)
        { Why = "The profiler that replaces the code is x64 code." };

    /// <summary>{0} process. Never an error: what is said beside a change.</summary>
    public static readonly DiagnosticDescriptor NotPrepared = new("HPB4121", "Generated code that can stay old",
        "Some code of {0} can stay old, because it was not prepared for hotpatches when it started: where code that was generated at run time (by serializers, reflection, compiled "
        + "expressions, regular expressions or dependency injection) has inlined a changed method before now.",
        PrepareIt, ExitCode.Refused)
        { Why = "The runtime does not tell a profiler that comes later which methods it inlined into dynamic code, so these copies cannot be found. A prepared process has watched from the start.", Severity = FailureSeverity.Warning };

    /// <summary>{0} process. Never an error: what is said beside a change.</summary>
    public static readonly DiagnosticDescriptor NotPreparedPlain = new("HPB4122", "Code behind reflection that can stay old",
        "Calls through reflection can stay old in {0}, because it was not prepared for hotpatches when it started: where the runtime made a stub for calls of a changed method "
        + "before now. It has loaded no library that generates other code.",
        PrepareIt, ExitCode.Refused)
        { Why = "Reflection makes small dynamic stubs after some calls, into which a method can be inlined. A prepared process has watched from the start.", Severity = FailureSeverity.Warning };

    private const string PrepareIt = "Build the program with HotpatchBuild and start that build; it is then prepared.";
}
