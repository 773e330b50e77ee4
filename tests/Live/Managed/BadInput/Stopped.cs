using System.Runtime.InteropServices;

namespace HotpatchBuild.Tests.Live.Managed.BadInput;

/// <summary>Keeps a process stopped until it is disposed of.</summary>
internal sealed class Stopped : IDisposable
{
    private const int Stop = 19, Continue = 18; // SIGSTOP, SIGCONT

    private readonly int _pid;

    public Stopped(int pid)
    {
        _pid = pid;
        Assert.Equal(0, Signal(pid, Stop));
        Assert.True(SpinWait.SpinUntil(() => File.ReadLines($"/proc/{pid}/status").Any(line => line.StartsWith("State:\tT", StringComparison.Ordinal)), TimeSpan.FromSeconds(10)));
    }

    public void Dispose() => Assert.Equal(0, Signal(_pid, Continue));

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int pid, int signal);
}
