using System.Globalization;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Runtime.Managed;

/// <summary>The words for what the agent refuses (HPB4131–4149).</summary>
public static class AgentDiagnostics
{
    /// <summary>{0} process, {1} assembly, {2} context.</summary>
    public static readonly DiagnosticDescriptor CollectibleContext = new("HPB4131", "Assembly in a collectible load context",
        "The assembly {1} is loaded in {0} into the collectible context {2}, where the runtime does not replace code.",
        "Unload that context and load the fixed assembly into a new one, or ship the full build at the next restart.", ExitCode.Refused)
        { Why = "The runtime rejects ReJIT for code in collectible load contexts, so calls would silently stay in the old code." };

    /// <summary>{0} process, {1} assembly, {2} token, {3} method.</summary>
    public static readonly DiagnosticDescriptor NoSuchMethod = new("HPB4132", "Method not in the running assembly",
        "The method {3} (token {2}) of {1} is none with a body in {0}.",
        "Make the delta again; this one does not fit the build that it names.", ExitCode.Refused)
        { Why = "Methods are named by their metadata token, and that of the running assembly is none with IL." };

    /// <summary>{0} process, {1} assembly, {2} the runtime's words.</summary>
    public static readonly DiagnosticDescriptor CannotLoad = new("HPB4133", "Patch assembly cannot be loaded",
        "The assembly {1} cannot be loaded in {0}: {2}.",
        "See whether the new code needs an assembly that the process does not have; then ship the full build at the next restart.", ExitCode.Refused)
        { Why = "The new code is an assembly that is loaded into the load context of the patched one, and what it refers to has to be found there." };

    /// <summary>{0} process, {1} method, {2} the runtime's words.</summary>
    public static readonly DiagnosticDescriptor CannotBind = new("HPB4134", "New code does not fit the process",
        "The new code of {1} does not fit {0}: {2}.",
        "See whether the process runs other versions of its packages than the build that the delta was made against.", ExitCode.Refused)
        { Why = "All types and members that the new code refers to are looked up before anything is switched; one was not found or does not fit." };

    /// <summary>{0} process, {1} call, {2} HRESULT, {3} method or nothing.</summary>
    public static readonly DiagnosticDescriptor RuntimeCallRefused = new("HPB4135", "The runtime refused a change",
        "The runtime of {0} refused {1} with error {2}{3}.",
        "Please report it with the version of the runtime; until then ship the full build at the next restart.", ExitCode.Refused)
        { Why = "The runtime's own checks (metadata, IL, ReJIT) said no for this method; nothing is switched unless all are accepted." };

    /// <summary>{0} process, {1} number.</summary>
    public static readonly DiagnosticDescriptor NoSafeMoment = new("HPB4136", "Compilations did not end",
        "Compilations that could have taken old code into them ({1}) did not end in time in {0}.",
        "Try again when the process is less busy.", ExitCode.NoSafeMoment)
        { Why = "A compilation that began before the switch may inline old code and finish after it. The switch waits for such compilations for a limited time." };

    /// <summary>{0} process.</summary>
    public static readonly DiagnosticDescriptor NothingInForce = new("HPB4137", "Nothing is in force",
        "No delta is in force in {0} that could be rolled back.", "See 'hotpatch status'.", ExitCode.Refused)
        { Why = "Rolling back restores what a delta replaced, and there is none." };

    /// <summary>{0} process, {1} profiler's version, {2} agent's.</summary>
    public static readonly DiagnosticDescriptor OtherProfilerVersion = new("HPB4138", "Profiler of another version",
        "The profiler in {0} has version {1}, and this tool's agent needs {2}.",
        "Use the version of HotpatchBuild.Tool that fits the package the program was built with, or build it again.", ExitCode.NoTarget)
        { Why = "A prepared program carries its own profiler, and agent and profiler speak one protocol." };

    /// <summary>{0} process, {1} number, {2} details.</summary>
    public static readonly DiagnosticDescriptor Unknown = new("HPB4139", "The agent refused for a reason unknown here",
        "The agent in {0} refused with error {1}: {2}.", "Update HotpatchBuild.Tool.", ExitCode.Refused)
        { Why = "The agent is newer than this tool and has reasons that this version has no number for." };

    /// <summary>{0} process, {1} methods and threads.</summary>
    public static readonly DiagnosticDescriptor ActiveRefused = new("HPB4145", "Changed methods are running",
        "In {0} calls are under way in what would be switched, and this delta is refused then: {1}. Nothing was changed.",
        "Try again later, wait for a better moment with --active wait, or let these calls finish with the code they began with: --active finish.", ExitCode.Refused)
        { Why = "Calls that began before the switch end with the code they began with. This delta, or the command line, says that there must be none." };

    /// <summary>{0} process, {1} methods and threads.</summary>
    public static readonly DiagnosticDescriptor StillActive = new("HPB4146", "Changed methods did not come to rest",
        "There was no moment in time in {0} at which no call was under way in what would be switched; at last there were: {1}. Nothing was changed.",
        "Give more time with --timeout, try again later, or let these calls finish with the code they began with: --active finish.", ExitCode.NoSafeMoment)
        { Why = "Calls that began before the switch end with the code they began with. This delta, or the command line, asks to wait until there are none, and there were some each time it was looked." };

    /// <summary>{0} process, {1} precondition, {2} reason.</summary>
    public static readonly DiagnosticDescriptor Vetoed = new("HPB4147", "A precondition of the delta does not hold",
        "{1} does not let the delta into {0}: {2}. Nothing was changed.", "Bring about what it asks for, or ask the author of the delta.", ExitCode.Refused)
        { Why = "A precondition is code of the delta that looks at the process before anything is changed; its author has it refuse what the delta must not meet." };

    /// <summary>{0} process, {1} method, {2} exception.</summary>
    public static readonly DiagnosticDescriptor TransitionFailed = new("HPB4148", "Transition code failed",
        "{1} failed in {0}: {2}. No code was switched; what it had done to the program's data until then stays done.",
        "Ask the author of the delta; see what the exception says about the program's data.", ExitCode.Refused)
        { Why = "Transition code runs before the new code is switched on; when it throws, the data is not known to be as the new code needs it." };

    /// <summary>{0} process, {1} method.</summary>
    public static readonly DiagnosticDescriptor TransitionStillRuns = new("HPB4144", "Transition code still runs",
        "{1}, which an earlier apply began in {0}, has not ended. Nothing was changed.", "Try again when it has ended.", ExitCode.NoSafeMoment)
        { Why = "A thread cannot be stopped by force; a second run beside the first would repair the same data twice." };

    /// <summary>{0} process, {1} method.</summary>
    public static readonly DiagnosticDescriptor TransitionTimedOut = new("HPB4149", "Transition code did not end in time",
        "{1} did not end in time in {0}. No code was switched; it goes on by itself, as a thread cannot be stopped by force.",
        "It may have waited for a lock that a thread of the program holds: try again with a longer --timeout, or with --active wait, when it has ended.", ExitCode.NoSafeMoment)
        { Why = "Calls of the changed methods wait while transition code runs, so its time is bounded; a thread cannot be stopped by force without harm." };

    /// <summary>The words for one failure.</summary>
    /// <param name="process">What messages call the process.</param>
    /// <param name="failure">What the agent said.</param>
    internal static Failure Of(string process, AgentFailure failure)
    {
        string Detail(int index) => index < failure.Details.Count ? failure.Details[index].TrimEnd('.', ' ') : "unknown";
        return failure.Error switch
        {
            AgentError.CollectibleContext => CollectibleContext.With(process, Detail(0), Detail(1)),
            AgentError.NoSuchMethod => NoSuchMethod.With(process, Detail(0), Detail(1), Detail(2)),
            AgentError.CannotLoad => CannotLoad.With(process, Detail(0), Detail(1)),
            AgentError.CannotBind => CannotBind.With(process, Detail(0), Detail(1)),
            AgentError.RuntimeRefused => RuntimeCallRefused.With(process, Detail(0), Detail(1), failure.Details is [_, _, { Length: > 0 } method, ..] ? $" for {method}" : ""),
            AgentError.NoSafeMoment => NoSafeMoment.With(process, Detail(0)),
            AgentError.NothingInForce => NothingInForce.With(process),
            AgentError.OtherProfilerVersion => OtherProfilerVersion.With(process, Detail(0), Detail(1)),
            AgentError.ActiveCode => ActiveRefused.With(process, string.Join(", ", failure.Details)),
            AgentError.StillActive => StillActive.With(process, string.Join(", ", failure.Details)),
            AgentError.Vetoed => Vetoed.With(process, Detail(0), Detail(1)),
            AgentError.TransitionFailed => TransitionFailed.With(process, Detail(0), Detail(1)),
            AgentError.TransitionTimedOut => TransitionTimedOut.With(process, Detail(0)),
            AgentError.TransitionStillRuns => TransitionStillRuns.With(process, Detail(0)),
            var other => Unknown.With(process, ((int)other).ToString(CultureInfo.InvariantCulture), string.Join(", ", failure.Details)),
        };
    }
}
