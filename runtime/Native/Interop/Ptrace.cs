using System.Runtime.InteropServices;

namespace HotpatchBuild.Runtime.Native.Interop;

/// <summary>ptrace(2). Every call concerns a tracee of the calling thread: a tracer is a thread, not a process.</summary>
internal static unsafe partial class Ptrace
{
    // include/uapi/linux/ptrace.h
    internal const nint Cont = 7;
    internal const nint SingleStep = 9;
    internal const nint GetRegs = 12;
    internal const nint Detach = 17;
    internal const nint GetSigInfo = 0x4202;
    internal const nint Seize = 0x4206;
    internal const nint Interrupt = 0x4207;

    /// <summary>In bits 16 and up of a wait status: the stop that <see cref="Interrupt"/> asked for, or a group-stop.</summary>
    internal const int EventStop = 128;

    /// <returns>0, or -1 with the error number set.</returns>
    [LibraryImport("libc", EntryPoint = "ptrace", SetLastError = true)]
    internal static partial nint Request(nint request, int tid, nint address, nint data);

    [LibraryImport("libc", EntryPoint = "ptrace", SetLastError = true)]
    internal static partial nint Request(nint request, int tid, nint address, void* data);

    /// <summary><c>struct user_regs_struct</c> (arch/x86/include/asm/user_64.h), as <see cref="GetRegs"/> fills it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Registers
    {
        internal ulong R15, R14, R13, R12, Rbp, Rbx, R11, R10, R9, R8, Rax, Rcx, Rdx, Rsi, Rdi;

        /// <summary>The number of the system call the thread is in, or -1.</summary>
        internal long OrigRax;
        internal ulong Rip, Cs, Eflags, Rsp, Ss, FsBase, GsBase, Ds, Es, Fs, Gs;

        /// <summary>How many of the leading members hold values that a program computes with (R15 to Rdi).</summary>
        internal const int General = 15;
    }

    /// <summary>The head of <c>siginfo_t</c> (include/uapi/asm-generic/siginfo.h); 128 bytes in all.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    internal struct SigInfo
    {
        internal int Signal, Error, Code;

        /// <summary><see cref="Code"/> of the SIGTRAP behind a single step: TRAP_TRACE; TRAP_BRKPT where the step left a system call.</summary>
        internal const int TrapBreakpoint = 1, TrapTrace = 2;
    }
}
