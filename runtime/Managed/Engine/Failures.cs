using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Protocol;
using HotpatchBuild.Runtime.Managed.Processes;

namespace HotpatchBuild.Runtime.Managed;

/// <summary>From what goes wrong on a connection to what the user reads.</summary>
internal static class Failures
{
    /// <summary>Does something over a connection.</summary>
    /// <param name="process">The process at the other end.</param>
    /// <param name="what">What it is to do, as in "did not ...".</param>
    /// <param name="act">Does it.</param>
    /// <exception cref="HotpatchException">The process has exited, does not answer in time or answers nonsense.</exception>
    public static T Guard<T>(ManagedProcess process, string what, Func<T> act)
    {
        var started = Environment.TickCount64;
        try
        {
            return act();
        }
        catch (TimeoutException e)
        {
            process.EnsureSame();
            process.EnsureNotTraced();
            throw new HotpatchException(ManagedDiagnostics.NoAnswer.With(process.Label, what, (Environment.TickCount64 - started) / 1000.0), e);
        }
        catch (Exception e) when (e is IOException or ProtocolException)
        {
            // A connection that breaks is most often a process that ends.
            process.EnsureEndedOrSame();
            throw new HotpatchException(ManagedDiagnostics.Garbled.With(process.Label, e.Message.TrimEnd('.')), e);
        }
    }
}
