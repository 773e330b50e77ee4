using System.Runtime.InteropServices;
using HotpatchBuild.Runtime.Native.Interop;
using HotpatchBuild.Runtime.Native.Processes;

namespace HotpatchBuild.Runtime.Native.Engine;

/// <summary>
/// One command at a time per process: a lock on the process's open <c>/proc/pid/mem</c>. Only who may write to the process can take it, nothing is left
/// behind in a file system, and it goes with the command, however that ends.
/// </summary>
internal sealed class TargetLock : IDisposable
{
    private readonly TargetProcess _process;

    private TargetLock(TargetProcess process) => _process = process;

    /// <summary>Takes it.</summary>
    /// <param name="process">The process.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="Formats.Diagnostics.HotpatchException">Another command has it.</exception>
    public static TargetLock Take(TargetProcess process, string name)
    {
        // A kernel that has no locks for this file answers something else; then only ptrace keeps two switches apart.
        if (FileLocks.Lock(process.MemoryDescriptor, FileLocks.Exclusive | FileLocks.DoNotWait) != 0 && Marshal.GetLastPInvokeError() == FileLocks.Held)
            throw EngineDiagnostics.Busy.With(name).AsException();
        return new TargetLock(process);
    }

    /// <inheritdoc/>
    public void Dispose() => _ = FileLocks.Lock(_process.MemoryDescriptor, FileLocks.Unlock);
}
