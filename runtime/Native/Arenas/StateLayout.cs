using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;

namespace HotpatchBuild.Runtime.Native.Arenas;

/// <summary>
/// The layout of all hotpatch state in a target process: the start of the arena's data region. This is the only place that knows it.
/// </summary>
/// <remarks>
/// <code>
/// +0     u64 magic "HPBSTATE"          written after the first snapshot
/// +8     u32 layout version (2)
/// +16    u64 active: generation &lt;&lt; 1 | buffer, 0 for none; stored in one piece
/// +4096  buffer 0, Capacity bytes:     u64 generation, u32 payload bytes, u32 CRC-32C of the payload, payload
/// +4096 + Capacity: buffer 1
/// </code>
/// Two buffers, so that the one that counts is never written: a tool that is killed at any moment leaves the old or the new snapshot.
/// </remarks>
internal static class StateLayout
{
    public const ulong Magic = 0x4554_4154_5342_5048; // "HPBSTATE"
    public const uint Version = 2;
    public const int MagicOffset = 0;
    public const int VersionOffset = 8;
    public const int ActiveOffset = 16;
    public const int HeaderSize = 24;
    public const int BuffersOffset = 4096;
    public const int GenerationOffset = 0;
    public const int LengthOffset = 8;
    public const int ChecksumOffset = 12;
    public const int PayloadOffset = 16;
    public const int Sha256Size = 32;

    /// <summary>
    /// More than a process will see between two restarts; beyond it the oldest entries are dropped. Every switch writes the history twice: with
    /// 4096 entries one took 2 ms.
    /// </summary>
    public const int LongestHistory = 256;

    private const int LargestCapacity = 2 << 20;
    private const int SmallestCapacity = 4096;

    private static readonly LoadedBody BlankBody = default;
    private static readonly LoadedImage BlankImage = new([], 0, 0, 0, 0, 0, [], 0);
    private static readonly LoadedStatics BlankStatics = new("", [], 0, 0, 0, 0, 0);
    private static readonly PatchedFunction BlankFunction = new("", "", 0, 0, 0, false, 0, 0);
    private static readonly KnownDelta BlankDelta = new("", "", "", "", "", "", 0);
    private static readonly HistoryEntry BlankHistory = new(0, Act.None, Act.None, EndReason.StillInForce);
    private static readonly PendingSwitch BlankPending = new(0, Act.None, [], []);

    /// <summary>Bytes of one buffer in a data region of <paramref name="dataSize"/> bytes; 0 when the region is too small for any.</summary>
    public static int Capacity(ulong dataSize)
    {
        var capacity = (int)(Math.Min(dataSize / 8, LargestCapacity) & ~4095ul);
        return capacity < SmallestCapacity ? 0 : capacity;
    }

    /// <summary>Bytes at the start of the data region that no image may use.</summary>
    public static ulong Reserved(ulong dataSize) => BuffersOffset + 2 * (ulong)Capacity(dataSize);

    /// <summary>CRC-32C of bytes.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (var last in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, last);
        return ~crc;
    }

    /// <summary>The payload: everything that is remembered.</summary>
    public static TargetState Describe(StateStream s, TargetState v) => new()
    {
        Generation = s.U64(v.Generation),
        Used = new ArenaCursors(s.U64(v.Used.Code), s.U64(v.Used.Entries), s.U64(v.Used.Data), s.U32(v.Used.Slots)),
        Images = s.Items(v.Images, BlankImage, Image),
        Functions = s.Items(v.Functions, BlankFunction, Function),
        Statics = s.Items(v.Statics, BlankStatics, Statics),
        StaticBlocks = s.U32(v.StaticBlocks),
        Deltas = s.Items(v.Deltas, BlankDelta, Delta),
        History = s.Items(v.History, BlankHistory, History),
        InForce = s.I32(v.InForce),
        Pending = s.Items(v.Pending is null ? [] : ImmutableArray.Create(v.Pending), BlankPending, Pending) is [var pending, ..] ? pending : null,
    };

    private static LoadedImage Image(StateStream s, LoadedImage v) => new(
        s.Bytes(v.Sha256, Sha256Size), s.I64(v.LoadedAt), s.U64(v.CodeStart), s.U64(v.CodeSize), s.U64(v.DataSize), s.U32(v.Slots),
        s.Items(v.Bodies, BlankBody, (s, body) => new LoadedBody(s.I32(body.Function), s.U64(body.Address))), s.I32(v.Added));

    private static PatchedFunction Function(StateStream s, PatchedFunction v) => new(
        s.Text(v.Symbol), s.Text(v.DisplayName), s.U64(v.Baseline), s.U64(v.Entry), s.U32(v.Size), s.Flag(v.WholeBodyIdle), s.U64(v.OriginalWord),
        s.U32(v.OriginalChecksum));

    private static LoadedStatics Statics(StateStream s, LoadedStatics v) => new(
        s.Text(v.Symbol), s.Bytes(v.Layout, Sha256Size), s.U64(v.Data), s.U32(v.DataSize), s.U64(v.Context), s.U64(v.Cell), s.U32(v.Words));

    private static KnownDelta Delta(StateStream s, KnownDelta v) => new(
        s.Text(v.Id), s.Text(v.Program), s.Text(v.Baseline), s.Text(v.BaselineCommit), s.Text(v.Target), s.Text(v.TargetCommit), s.I32(v.Image));

    private static HistoryEntry History(StateStream s, HistoryEntry v) => new(
        s.I32(v.Delta), Action(s, v.Began), Action(s, v.Ended), (EndReason)s.U8((byte)v.Reason));

    private static Act Action(StateStream s, Act v) => new(s.I64(v.At), s.Text(v.By), s.U32(v.Uid), s.Text(v.Tool));

    private static PendingSwitch Pending(StateStream s, PendingSwitch v) => new(
        s.I32(v.Delta), Action(s, v.Act),
        s.Items(v.Slots, default, (s, slot) => new SlotStore(s.U64(slot.Address), s.U64(slot.New))),
        s.Items(v.Stores, default, (s, store) => new PendingStore(s.I32(store.Function), s.Flag(store.AtBaseline), s.U64(store.Old), s.U64(store.New))));
}
