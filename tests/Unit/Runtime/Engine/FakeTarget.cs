using System.Buffers.Binary;
using System.Collections.Immutable;
using HotpatchBuild.Formats.Arenas;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Runtime.Native.Arenas;
using HotpatchBuild.Runtime.Native.Engine;
using HotpatchBuild.Runtime.Native.Processes;
using HotpatchBuild.Runtime.Native.Switching;

namespace HotpatchBuild.Tests.Unit.Runtime.Engine;

/// <summary>The tool is killed: nothing that it does from here on has an effect.</summary>
internal sealed class KilledException : Exception;

/// <summary>A process in an array: baseline functions, an arena, an unwind table; it can kill the tool behind any number of writes.</summary>
internal sealed class FakeTarget : ITargetMemory, ISwitcher
{
    public const ulong Bias = 0x5555_0000_0000;
    public const int BaselineFunctions = 8;
    public const int BodySize = 32;
    public const ulong FirstFunction = 0x1_0000;
    private const ulong UnwindTable = 0x8004; // not a multiple of 8 and twelve bytes of head: slots are aligned; see the other parity in the tests
    private const ulong ModuleSize = 0x10_0000;

    private readonly byte[] _memory = new byte[ModuleSize];
    private readonly HashSet<ulong> _baselineWords = [];
    private bool _locked;

    public FakeTarget(uint slots = 64, ulong code = 0x4000, ulong entries = 64 * 16, ulong data = 0x4_0000, ulong unwindTable = UnwindTable)
    {
        Location = new ArenaLocation(0x2_0000, code, 0x2_0000 + code, slots, 0x3_0000, entries, 0x4_0000, data, unwindTable, 12 + (BaselineFunctions + slots) * 8);
        Span((ulong)0x2_0000, (int)code).Fill(0xCC);
        for (var i = 0; i < BaselineFunctions; i++)
        {
            Original(i).CopyTo(Span(AddressOf(i) - Bias, BodySize));
            _baselineWords.Add(AddressOf(i));
        }
        WriteUnwindTable(slots);
    }

    public ArenaLocation Location { get; }

    /// <summary>Writes and stores until the tool is killed; null for never.</summary>
    public int? WritesLeft { get; set; }

    public int WritesDone { get; private set; }

    public List<SwitchPlan> Plans { get; } = [];

    /// <summary>Makes every switch fail as if no safe moment were found.</summary>
    public bool NeverSafe { get; set; }

    public ImmutableArray<byte> BuildId { get; init; } = [1, 2, 3, 4, 5, 6, 7, 8];

    public NativeTarget Target => new()
    {
        Name = "process 42 (fake)",
        BuildId = BuildId,
        LoadBias = Bias,
        Module = new MemoryRegion(Bias, ModuleSize),
        Arena = Location,
        Memory = this,
        Switcher = this,
        Lock = TakeLock,
    };

    public NativeEngine Engine => new(Target, new EngineOptions("ops@host", 1000, "hotpatch test", TimeSpan.FromSeconds(1), TimeProvider.System));

    public static ulong AddressOf(int function) => Bias + FirstFunction + (ulong)(function * BodySize);

    /// <summary>A body whose bytes say whose it is: marker, function, and what cannot be mistaken for a jump.</summary>
    public static byte[] Body(byte version, int function)
    {
        var body = new byte[BodySize];
        Array.Fill(body, (byte)0x90);
        (body[0], body[1], body[2]) = (0x55, version, (byte)function);
        return body;
    }

    public static byte[] Original(int function) => Body(0, function);

    /// <summary>Follows the jumps as a processor does and says which version's body is reached.</summary>
    public int Call(int function)
    {
        var address = AddressOf(function);
        for (var jumps = 0; JumpWord.Target(address, this.ReadWord(address)) is { } next; jumps++)
        {
            Assert.True(jumps < 3, "the jumps go in a circle");
            Assert.True(jumps > 0 || Target.Regions.Entries.Holds(next, 16), "a baseline's jump leads past the entries");
            address = next;
        }
        var body = Span(address - Bias, BodySize);
        Assert.Equal(0x55, body[0]);
        Assert.Equal(function, body[2]);
        if (address != AddressOf(function))
            Assert.True(HasUnwindSlot(address), "a body without unwind information can be reached");
        return body[1];
    }

    public int[] CallAll() => [.. Enumerable.Range(0, BaselineFunctions).Select(Call)];

    public void AssertUnwindTableSorted()
    {
        var previous = int.MinValue;
        for (var i = 0; i < BaselineFunctions + Location.DummyCount; i++)
        {
            var start = BinaryPrimitives.ReadInt32LittleEndian(Span(Location.EhFrameHeaderAddress + 12 + (ulong)i * 8, 4));
            Assert.True(start > previous, $"slot {i} is not in order");
            previous = start;
        }
    }

    public Span<byte> Span(ulong linkTime, int size) => _memory.AsSpan((int)linkTime, size);

    public void Read(ulong address, Span<byte> buffer)
    {
        RequireMapped(address, buffer.Length);
        Span(address - Bias, buffer.Length).CopyTo(buffer);
    }

    public void Write(ulong address, ReadOnlySpan<byte> bytes)
    {
        var regions = Target.Regions;
        Assert.True(regions.Code.Holds(address, (ulong)bytes.Length) || regions.Entries.Holds(address, (ulong)bytes.Length)
            || regions.Data.Holds(address, (ulong)bytes.Length), $"a write that is not atomic to 0x{address:x}");
        // Killed in the middle of a write: half of it is there.
        if (!Count())
            bytes[..(bytes.Length / 2)].CopyTo(Span(address - Bias, bytes.Length / 2));
        ThrowIfKilled();
        bytes.CopyTo(Span(address - Bias, bytes.Length));
    }

    public void Store(ulong address, ulong word)
    {
        Assert.Equal(0ul, address % 8);
        RequireMapped(address, sizeof(ulong));
        Count();
        ThrowIfKilled();
        BinaryPrimitives.WriteUInt64LittleEndian(Span(address - Bias, 8), word);
        AssertUnwindTableSorted();
    }

    /// <summary>What a survey finds.</summary>
    public ImmutableArray<ActiveCall> Active { get; set; } = [];

    public ImmutableArray<ActiveCall> Survey(ImmutableArray<GuardedRange> ranges, TimeSpan patience) => [.. Active.Where(call => ranges.Any(range => range.Function == call.Function))];

    public SwitchReport Execute(SwitchPlan plan)
    {
        if (NeverSafe)
            throw new HotpatchException(new Failure("HPB4020", "no safe moment", "", null, ExitCode.NoSafeMoment));
        Assert.NotEmpty(plan.Stores);
        foreach (var store in plan.Stores)
        {
            Assert.Equal(store.Old, this.ReadWord(store.Address));
            if (_baselineWords.Contains(store.Address) && (byte)store.New == 0xE9)
                Assert.Contains(plan.Guards, guard => guard.Start == store.Address + 1 && guard.End >= store.Address + 5);
        }
        foreach (var store in plan.Stores)
            Store(store.Address, store.New);
        Plans.Add(plan);
        return new SwitchReport(TimeSpan.FromMicroseconds(100), TimeSpan.FromMicroseconds(100), plan.NeedsNoStop ? 0 : 4, 1, 0, 0);
    }

    public NativeDelta Delta(byte version, int[] functions, int added = 0, int data = 64, byte[]? buildId = null, Func<PatchPoint, PatchPoint>? point = null) =>
        FakeDelta.Make(this, version, functions, added, data, buildId ?? [.. BuildId], point);

    private bool HasUnwindSlot(ulong body)
    {
        for (var i = 0; i < BaselineFunctions + Location.DummyCount; i++)
        {
            var slot = Span(Location.EhFrameHeaderAddress + 12 + (ulong)i * 8, 8);
            var start = Bias + Location.EhFrameHeaderAddress + (ulong)(long)BinaryPrimitives.ReadInt32LittleEndian(slot);
            if (start != body)
                continue;
            // The FDE says which body it is for.
            var fde = Location.EhFrameHeaderAddress + (ulong)(long)BinaryPrimitives.ReadInt32LittleEndian(slot[4..]);
            return BinaryPrimitives.ReadUInt64LittleEndian(Span(fde, 8)) == body;
        }
        return false;
    }

    private static void RequireMapped(ulong address, int size)
    {
        if (!new MemoryRegion(Bias, ModuleSize).Holds(address, (ulong)size))
            throw new HotpatchException(new Failure("HPB4009", "not mapped", "", null, ExitCode.NoTarget));
    }

    /// <summary>True while the tool lives.</summary>
    private bool Count()
    {
        WritesDone++;
        if (WritesLeft is not { } left)
            return true;
        WritesLeft = left - 1;
        return left > 0;
    }

    private void ThrowIfKilled()
    {
        if (WritesLeft < 0)
            throw new KilledException();
    }

    private void WriteUnwindTable(uint slots)
    {
        var table = Location.EhFrameHeaderAddress;
        new byte[] { 1, 0x1b, 3, 0x3b, 0, 0, 0, 0 }.CopyTo(Span(table, 8));
        BinaryPrimitives.WriteUInt32LittleEndian(Span(table + 8, 4), BaselineFunctions + slots);
        for (var i = 0; i < BaselineFunctions + slots; i++)
        {
            var function = i < BaselineFunctions ? FirstFunction + (ulong)(i * BodySize) : Location.DummiesStart + (ulong)(i - BaselineFunctions);
            BinaryPrimitives.WriteInt32LittleEndian(Span(table + 12 + (ulong)i * 8, 4), (int)(function - table));
        }
    }

    private IDisposable TakeLock()
    {
        if (_locked)
            throw new HotpatchException(new Failure("HPB4508", "busy", "", null, ExitCode.NoSafeMoment));
        _locked = true;
        return new Release(this);
    }

    private sealed class Release(FakeTarget target) : IDisposable
    {
        public void Dispose() => target._locked = false;
    }
}

/// <summary>Patch images for <see cref="FakeTarget"/>.</summary>
internal static class FakeDelta
{
    public static NativeDelta Make(
        FakeTarget target, byte version, int[] functions, int added, int dataSize, byte[] buildId, Func<PatchPoint, PatchPoint>? point)
    {
        var count = functions.Length + added;
        var (text, unwind, data) = (new byte[count * FakeTarget.BodySize], new byte[count * 16], new byte[dataSize]);
        var patchFunctions = ImmutableArray.CreateBuilder<PatchFunction>();
        var fixups = ImmutableArray.CreateBuilder<Fixup>();
        var slots = ImmutableArray.CreateBuilder<UnwindSlot>();
        for (var i = 0; i < count; i++)
        {
            var function = i < functions.Length ? functions[i] : 100 + i;
            FakeTarget.Body(version, function).CopyTo(text.AsSpan(i * FakeTarget.BodySize));
            var at = (uint)(i * FakeTarget.BodySize);
            var patch = i < functions.Length
                ? new PatchPoint(FakeTarget.FirstFunction + (ulong)(functions[i] * FakeTarget.BodySize), FakeTarget.BodySize, false, [.. FakeTarget.Original(functions[i])])
                : null;
            patchFunctions.Add(new PatchFunction(
                $"f{function}", $"App.F{function}()", (uint)i * 16, at, FakeTarget.BodySize, patch is null || point is null ? patch : point(patch)));
            fixups.Add(new Fixup(new ImageLocation(ImageSection.Unwind, (uint)i * 16), FixupKind.Absolute64, new ImageLocation(ImageSection.Text, at), 0, 0));
            slots.Add(new UnwindSlot(at, FakeTarget.BodySize, (uint)i * 16));
        }
        var image = new NativePatchImage
        {
            BaselineBuildId = [.. buildId],
            Sections = new ImageSections
            {
                [ImageSection.Entries] = [.. new byte[count * 16]],
                [ImageSection.Text] = [.. text],
                [ImageSection.Data] = [.. data],
                [ImageSection.Unwind] = [.. unwind],
            },
            Functions = patchFunctions.ToImmutable(),
            Fixups = fixups.ToImmutable(),
            UnwindSlots = slots.ToImmutable(),
            BaselineNames = [],
        };
        var id = $"{version:x2}".PadLeft(32, '0');
        var module = new DeltaModule("App", PatchEngine.Native, Guid.Empty, Convert.ToHexStringLower(buildId), "images/App.dll", $"{version:x2}".PadLeft(64, '0'), []);
        var manifest = new DeltaManifest
        {
            FormatVersion = 1,
            Id = id,
            Program = "App",
            Baseline = new DeltaRevision(new string('a', 40), "v1", false),
            Target = new DeltaRevision(new string('b', 40), $"v1+{version}", false),
            CreatedAt = DateTimeOffset.UnixEpoch,
            CreatedBy = "test",
            Advisory = new DeltaAdvisory("", []),
            Modules = [module],
        };
        return new NativeDelta(manifest, module, image);
    }
}
