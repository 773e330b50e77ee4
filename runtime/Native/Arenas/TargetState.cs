using System.Collections.Immutable;

namespace HotpatchBuild.Runtime.Native.Arenas;

/// <summary>How far each part of the arena is used. Space is never used twice, because return addresses and stored stack traces outlive a rollback.</summary>
/// <param name="Code">Bytes of the code region.</param>
/// <param name="Entries">Bytes of the entries region.</param>
/// <param name="Data">Bytes of the data region, the state block included.</param>
/// <param name="Slots">Unwind slots.</param>
internal readonly record struct ArenaCursors(ulong Code, ulong Entries, ulong Data, uint Slots);

/// <summary>Where a loaded image's body of one function stands.</summary>
/// <param name="Function">Index into <see cref="TargetState.Functions"/>.</param>
/// <param name="Address">First instruction.</param>
internal readonly record struct LoadedBody(int Function, ulong Address);

/// <summary>A patch image that is in the arena, in force or not.</summary>
/// <param name="Sha256">Identity of the image.</param>
/// <param name="LoadedAt">UTC ticks.</param>
/// <param name="CodeStart">First address of its function bodies.</param>
/// <param name="CodeSize">Bytes of its function bodies.</param>
/// <param name="DataSize">Bytes of its data, read-only data and unwind information.</param>
/// <param name="Slots">Its unwind slots.</param>
/// <param name="Bodies">Its replacements of baseline functions.</param>
/// <param name="Added">How many functions it has beyond them.</param>
internal sealed record LoadedImage(
    ImmutableArray<byte> Sha256, long LoadedAt, ulong CodeStart, ulong CodeSize, ulong DataSize, uint Slots, ImmutableArray<LoadedBody> Bodies, int Added);

/// <summary>The static fields of a type that a loaded image brought. They stay where they are for the life of the process.</summary>
/// <param name="Symbol">The type in ILC's names.</param>
/// <param name="Layout">SHA-256 of what the fields are; zeros for fields that only the image knows.</param>
/// <param name="Data">First byte of the fields without references; 0 for none.</param>
/// <param name="DataSize">Their bytes.</param>
/// <param name="Context">Address of the class constructor's context; 0 for none.</param>
/// <param name="Cell">Address of the baseline's cell whose block holds the references; 0 for none.</param>
/// <param name="Words">References that the block has room for.</param>
internal sealed record LoadedStatics(string Symbol, ImmutableArray<byte> Layout, ulong Data, uint DataSize, ulong Context, ulong Cell, uint Words);

/// <summary>A baseline function that some loaded image replaces.</summary>
/// <param name="Symbol">ILC's symbol name.</param>
/// <param name="DisplayName">The name a C# developer knows.</param>
/// <param name="Baseline">Absolute address of the baseline's entry.</param>
/// <param name="Entry">Absolute address of its hot-patchable entry, the same for all images.</param>
/// <param name="Size">Bytes of the baseline body.</param>
/// <param name="WholeBodyIdle">No thread may be anywhere in the body while the baseline's entry is redirected.</param>
/// <param name="OriginalWord">The baseline's first eight bytes.</param>
/// <param name="OriginalChecksum">CRC-32C of the whole baseline body.</param>
internal sealed record PatchedFunction(
    string Symbol, string DisplayName, ulong Baseline, ulong Entry, uint Size, bool WholeBodyIdle, ulong OriginalWord, uint OriginalChecksum)
{
    /// <summary>What stands at the baseline's entry while the function is patched.</summary>
    public ulong PatchedWord => JumpWord.At(Baseline, Entry, OriginalWord);
}

/// <summary>A delta that was in force at least once.</summary>
/// <param name="Id">Identity of the delta.</param>
/// <param name="Program">Name of the program.</param>
/// <param name="Baseline">What people call the baseline revision.</param>
/// <param name="BaselineCommit">Its commit.</param>
/// <param name="Target">What people call the target revision.</param>
/// <param name="TargetCommit">Its commit.</param>
/// <param name="Image">Index into <see cref="TargetState.Images"/>.</param>
internal sealed record KnownDelta(string Id, string Program, string Baseline, string BaselineCommit, string Target, string TargetCommit, int Image);

/// <summary>Who did something, when.</summary>
/// <param name="At">UTC ticks; 0 when it has not happened.</param>
/// <param name="By">User and host.</param>
/// <param name="Uid">Real user id.</param>
/// <param name="Tool">Tool name and version.</param>
internal readonly record struct Act(long At, string By, uint Uid, string Tool)
{
    /// <summary>Has not happened.</summary>
    public static Act None => new(0, "", 0, "");
}

/// <summary>How a delta's time in force ended. The numbers are stored in target processes and never change.</summary>
public enum EndReason : byte
{
    /// <summary>It has not.</summary>
    StillInForce = 0,

    /// <summary>The baseline was put back.</summary>
    RolledBack = 1,

    /// <summary>Another delta took its place.</summary>
    Superseded = 2,
}

/// <summary>One stretch of time in which a delta was in force.</summary>
/// <param name="Delta">Index into <see cref="TargetState.Deltas"/>.</param>
/// <param name="Began">Who put it in force.</param>
/// <param name="Ended">Who ended it.</param>
/// <param name="Reason">How.</param>
internal sealed record HistoryEntry(int Delta, Act Began, Act Ended, EndReason Reason);

/// <summary>One word of a switch that is planned, under way, or was interrupted.</summary>
/// <param name="Function">Index into <see cref="TargetState.Functions"/>.</param>
/// <param name="AtBaseline">The word is at the baseline's entry; otherwise at the hot-patchable entry.</param>
/// <param name="Old">Before.</param>
/// <param name="New">Afterwards.</param>
internal readonly record struct PendingStore(int Function, bool AtBaseline, ulong Old, ulong New);

/// <summary>A word of the unwind table that is to be stored. Storing it twice does no harm.</summary>
/// <param name="Address">Multiple of eight.</param>
/// <param name="New">What is to stand there.</param>
internal readonly record struct SlotStore(ulong Address, ulong New);

/// <summary>The journal: a switch that has been recorded and not been finished.</summary>
/// <param name="Delta">Index of the delta that is to be in force afterwards; −1 for the baseline.</param>
/// <param name="Act">Who wanted it.</param>
/// <param name="Slots">Unwind slots to store first, lowest first.</param>
/// <param name="Stores">The words that redirect control.</param>
internal sealed record PendingSwitch(int Delta, Act Act, ImmutableArray<SlotStore> Slots, ImmutableArray<PendingStore> Stores);

/// <summary>All that is remembered about a process, in the process itself.</summary>
internal sealed record TargetState
{
    /// <summary>Counts up with every change; 0 for a process that was never touched.</summary>
    public required ulong Generation { get; init; }

    /// <summary>How far the arena is used.</summary>
    public required ArenaCursors Used { get; init; }

    /// <summary>Loaded images.</summary>
    public ImmutableArray<LoadedImage> Images { get; init; } = [];

    /// <summary>Functions that loaded images replace.</summary>
    public ImmutableArray<PatchedFunction> Functions { get; init; } = [];

    /// <summary>Static fields that loaded images brought.</summary>
    public ImmutableArray<LoadedStatics> Statics { get; init; } = [];

    /// <summary>Blocks for static fields that the baseline reserves; 0 as long as no image has told.</summary>
    public uint StaticBlocks { get; init; }

    /// <summary>Deltas that were in force.</summary>
    public ImmutableArray<KnownDelta> Deltas { get; init; } = [];

    /// <summary>What was in force when, oldest first.</summary>
    public ImmutableArray<HistoryEntry> History { get; init; } = [];

    /// <summary>Index of the delta in force, −1 for none.</summary>
    public int InForce { get; init; } = -1;

    /// <summary>A switch that was not finished.</summary>
    public PendingSwitch? Pending { get; init; }

    /// <summary>Bodies in force by index of the function, when <paramref name="delta"/> is.</summary>
    /// <param name="delta">Index of a delta, −1 for the baseline.</param>
    public Dictionary<int, ulong> BodiesOf(int delta)
    {
        var bodies = new Dictionary<int, ulong>();
        if (delta < 0)
            return bodies;
        foreach (var body in Images[Deltas[delta].Image].Bodies)
            bodies[body.Function] = body.Address;
        return bodies;
    }
}
