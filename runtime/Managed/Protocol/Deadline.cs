using System;

namespace HotpatchBuild.Protocol;

/// <summary>When to stop waiting.</summary>
/// <param name="limit">From now.</param>
internal readonly struct Deadline(TimeSpan limit)
{
    private readonly long _end = Environment.TickCount64 + (long)Math.Min(limit.TotalMilliseconds, int.MaxValue);

    /// <summary>Milliseconds that are left; 0 when it has passed.</summary>
    public int Left => (int)Math.Clamp(_end - Environment.TickCount64, 0, int.MaxValue);
}
