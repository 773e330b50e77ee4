using System.Buffers.Binary;
using System.Collections.Immutable;
using HotpatchBuild.Runtime.Native.Processes;
using HotpatchBuild.Runtime.Native.Switching;

namespace HotpatchBuild.Runtime.Native.Engine;

/// <summary>A process's memory with changes that only this object sees.</summary>
internal sealed class OverlayMemory(ITargetMemory below) : ITargetMemory, ISwitcher
{
    private const int PageSize = 4096;

    private readonly Dictionary<ulong, byte[]> _pages = [];

    /// <summary>A copy needs no lock.</summary>
    public static IDisposable NoLock() => new Nothing();

    /// <inheritdoc/>
    public void Read(ulong address, Span<byte> buffer)
    {
        below.Read(address, buffer);
        while (!buffer.IsEmpty)
        {
            var (page, offset) = (address / PageSize * PageSize, (int)(address % PageSize));
            var size = Math.Min(buffer.Length, PageSize - offset);
            if (_pages.TryGetValue(page, out var bytes))
                bytes.AsSpan(offset, size).CopyTo(buffer);
            address += (ulong)size;
            buffer = buffer[size..];
        }
    }

    /// <inheritdoc/>
    public void Write(ulong address, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var (page, offset) = (address / PageSize * PageSize, (int)(address % PageSize));
            var size = Math.Min(bytes.Length, PageSize - offset);
            if (!_pages.TryGetValue(page, out var copy))
            {
                copy = new byte[PageSize];
                below.Read(page, copy);
                _pages.Add(page, copy);
            }
            bytes[..size].CopyTo(copy.AsSpan(offset));
            address += (ulong)size;
            bytes = bytes[size..];
        }
    }

    /// <inheritdoc/>
    public void Store(ulong address, ulong word)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, word);
        Write(address, bytes);
    }

    /// <inheritdoc/>
    public SwitchReport Execute(SwitchPlan plan)
    {
        Plan = plan;
        foreach (var store in plan.Stores)
            Store(store.Address, store.New);
        return new SwitchReport(TimeSpan.Zero, TimeSpan.Zero, 0, 0, 0, 0);
    }

    /// <summary>The last switch that it was asked for.</summary>
    public SwitchPlan? Plan { get; private set; }

    /// <inheritdoc/>
    public ImmutableArray<ActiveCall> Survey(ImmutableArray<GuardedRange> ranges, TimeSpan patience) => [];

    private sealed class Nothing : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
