using System.Globalization;
using System.Runtime.InteropServices;

namespace HotpatchBuild.Tests.Live.Native;

/// <summary>Traces a process's first thread, as a debugger would, until it is disposed of.</summary>
internal sealed class Tracer : IDisposable
{
    private const int Seize = 0x4206; // PTRACE_SEIZE, linux/ptrace.h

    private readonly ManualResetEventSlim _end = new();
    private readonly Thread _thread;
    private readonly int _pid;

    public Tracer(int pid)
    {
        _pid = pid;
        long result = -1;
        using var begun = new ManualResetEventSlim();
        _thread = new Thread(() =>
        {
            result = Trace(Seize, pid, 0, 0);
            begun.Set();
            // The kernel lets go of what a thread traces when the thread ends (ptrace(2)).
            _end.Wait();
        });
        _thread.Start();
        begun.Wait();
        Assert.Equal(0, result);
    }

    public void Dispose()
    {
        _end.Set();
        _thread.Join();
        Assert.True(
            SpinWait.SpinUntil(() => File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{_pid}/status")).Contains("TracerPid:\t0"), TimeSpan.FromSeconds(10)),
            "The kernel has not let go of the process.");
        _end.Dispose();
    }

    [DllImport("libc", EntryPoint = "ptrace", SetLastError = true)]
    private static extern long Trace(long request, int pid, nint address, nint data);
}
