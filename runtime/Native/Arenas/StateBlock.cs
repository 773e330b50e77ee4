using System.Buffers.Binary;
using HotpatchBuild.Runtime.Native.Processes;

namespace HotpatchBuild.Runtime.Native.Arenas;

/// <summary>Reads and replaces a process's hotpatch state. A reader needs no lock; a writer holds the target's.</summary>
internal sealed class StateBlock
{
    private const int Rereads = 16;

    private readonly ITargetMemory _memory;
    private readonly ArenaRegions _arena;
    private readonly int _capacity;

    /// <summary>For the arena of one process.</summary>
    /// <exception cref="Formats.Diagnostics.HotpatchException">The data region is too small.</exception>
    public StateBlock(ITargetMemory memory, ArenaRegions arena)
    {
        _memory = memory;
        _arena = arena;
        _capacity = StateLayout.Capacity(arena.Data.Size);
        if (_capacity == 0)
            throw StateDiagnostics.ArenaTooSmall.With(arena.Data.Size).AsException();
    }

    /// <summary>Bytes that a snapshot may have.</summary>
    public int Room => _capacity - StateLayout.PayloadOffset;

    /// <summary>The state now.</summary>
    /// <exception cref="Formats.Diagnostics.HotpatchException">It is damaged, of a newer layout, or another tool keeps changing it.</exception>
    public TargetState Read()
    {
        for (var i = 0; i < Rereads; i++)
        {
            var active = ReadActive();
            if (active is null)
                return Fresh();
            if (TryRead(active.Value, out var state, out var damage))
                return state!;
            if (ReadActive() == active)
                throw StateDiagnostics.Damaged.With(damage).AsException();
        }
        throw StateDiagnostics.Changing.With().AsException();
    }

    /// <summary>The same state, with as little history dropped as makes it fit.</summary>
    /// <exception cref="Formats.Diagnostics.HotpatchException">It does not fit even without a history.</exception>
    public TargetState Fit(TargetState state)
    {
        if (state.History.Length > StateLayout.LongestHistory)
            state = state with { History = state.History[^StateLayout.LongestHistory..] };
        while (true)
        {
            var size = Encode(state).Length;
            if (size <= Room)
                return state;
            if (state.History.Length <= 1)
                throw StateDiagnostics.RecordsFull.With(size, Room).AsException();
            state = state with { History = state.History[(state.History.Length / 2)..] };
        }
    }

    /// <summary>Replaces the state: the buffer that does not count first, then the word that says which one counts.</summary>
    /// <returns>The state as written, with its new generation.</returns>
    /// <exception cref="Formats.Diagnostics.HotpatchException">It does not fit.</exception>
    public TargetState Write(TargetState state)
    {
        state = Fit(state with { Generation = state.Generation + 1 });
        var payload = Encode(state);
        var buffer = new byte[StateLayout.PayloadOffset + payload.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(buffer.AsSpan(StateLayout.GenerationOffset), state.Generation);
        BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(StateLayout.LengthOffset), payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(StateLayout.ChecksumOffset), StateLayout.Checksum(payload));
        payload.CopyTo(buffer.AsSpan(StateLayout.PayloadOffset));

        var active = ReadActive();
        var other = (active ?? 1) & 1 ^ 1;
        _memory.Write(BufferStart(other), buffer);
        if (active is null)
        {
            _memory.Store(_arena.Data.Start + StateLayout.VersionOffset, StateLayout.Version);
            _memory.Store(_arena.Data.Start + StateLayout.MagicOffset, StateLayout.Magic);
        }
        _memory.Store(_arena.Data.Start + StateLayout.ActiveOffset, state.Generation << 1 | other);
        return state;
    }

    private TargetState Fresh() => new()
    {
        Generation = 0,
        Used = new ArenaCursors(0, 0, StateLayout.Reserved(_arena.Data.Size), 0),
    };

    private static ReadOnlySpan<byte> Encode(TargetState state)
    {
        var writer = new StateWriter();
        StateLayout.Describe(writer, state);
        return writer.Written;
    }

    private ulong BufferStart(ulong buffer) => _arena.Data.Start + StateLayout.BuffersOffset + buffer * (ulong)_capacity;

    /// <summary>Null for a process that was never touched.</summary>
    private ulong? ReadActive()
    {
        Span<byte> header = stackalloc byte[StateLayout.HeaderSize];
        _memory.Read(_arena.Data.Start, header);
        var magic = BinaryPrimitives.ReadUInt64LittleEndian(header[StateLayout.MagicOffset..]);
        var version = BinaryPrimitives.ReadUInt32LittleEndian(header[StateLayout.VersionOffset..]);
        var active = BinaryPrimitives.ReadUInt64LittleEndian(header[StateLayout.ActiveOffset..]);
        if (magic == 0 && active == 0)
            return null;
        if (magic != StateLayout.Magic)
            throw StateDiagnostics.Damaged.With("it does not start with its mark").AsException();
        if (version != StateLayout.Version)
            throw StateDiagnostics.NewerLayout.With(version, StateLayout.Version).AsException();
        return active == 0 ? null : active;
    }

    private bool TryRead(ulong active, out TargetState? state, out string damage)
    {
        state = null;
        damage = "";
        Span<byte> header = stackalloc byte[StateLayout.PayloadOffset];
        _memory.Read(BufferStart(active & 1), header);
        var generation = BinaryPrimitives.ReadUInt64LittleEndian(header[StateLayout.GenerationOffset..]);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(header[StateLayout.LengthOffset..]);
        if (generation != active >> 1 || length > Room)
        {
            damage = $"a snapshot of generation {generation} with {length} bytes where generation {active >> 1} should be";
            return false;
        }
        var payload = new byte[length];
        _memory.Read(BufferStart(active & 1) + StateLayout.PayloadOffset, payload);
        if (StateLayout.Checksum(payload) != BinaryPrimitives.ReadUInt32LittleEndian(header[StateLayout.ChecksumOffset..]))
        {
            damage = "a checksum does not hold";
            return false;
        }
        try
        {
            var reader = new StateReader(payload);
            state = StateLayout.Describe(reader, Fresh());
            if (reader.Left != 0)
                throw new StateDamagedException($"{reader.Left} bytes too many");
            StateConsistency.Check(state, _arena);
            return true;
        }
        catch (StateDamagedException e)
        {
            damage = e.Message;
            return false;
        }
    }
}
