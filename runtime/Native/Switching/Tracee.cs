using HotpatchBuild.Runtime.Native.Interop;

namespace HotpatchBuild.Runtime.Native.Switching;

/// <summary>One thread of the target during an attempt.</summary>
internal struct Tracee
{
    internal int Tid;
    internal TraceeState State;

    /// <summary>The signal whose delivery the thread is stopped before, or 0. It is delivered with the detach, as the kernel would have.</summary>
    internal int HeldSignal;
    internal Ptrace.Registers Registers;
}

/// <summary>What is known of a thread.</summary>
internal enum TraceeState
{
    /// <summary>Ours, and running.</summary>
    Seized,

    /// <summary>Ours, and stopped.</summary>
    Stopped,

    /// <summary>Has ended and can do no harm, but is still in the thread group: a leader that waits for its threads.</summary>
    Zombie,

    /// <summary>Has ended.</summary>
    Gone,
}
