using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using HotpatchBuild.Compiler.Native.Arena;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Elf;
using HotpatchBuild.Formats.PatchImages;

namespace HotpatchBuild.Tests.Live.Runtime;

/// <summary>A running service.c with an arena of its own, and deltas for it.</summary>
internal sealed class Service : IDisposable
{
    public const string Name = "hpservice";
    private static readonly string[] Functions = ["first", "second", "third"];
    private static readonly Lazy<(string Path, ElfFile File)> Built = new(Build);

    private readonly Process _shell;

    private Service(Process shell)
    {
        _shell = shell;
        Pid = int.Parse(shell.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    }

    public int Pid { get; }

    /// <summary>As a grandchild: the framework takes a stop of its own child for its end.</summary>
    public static Service Start() => new(Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec 3<&0; \"$0\" <&3 3<&- & wait $!", Built.Value.Path])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!);

    /// <summary>What the three functions return now.</summary>
    public int[] Ask()
    {
        var answer = AskAll();
        Assert.Equal(0, answer[3]);
        return [.. answer.Take(3).Select(value => (int)value)];
    }

    public long Calls() => AskAll()[4];

    public void Dispose()
    {
        // Its input ends, and so does it.
        _shell.StandardInput.Close();
        Assert.True(_shell.WaitForExit(TimeSpan.FromMinutes(1)), "the service does not end");
        _shell.Dispose();
    }

    /// <summary>A delta in which some functions return <paramref name="version"/>.</summary>
    public static DeltaFile Delta(byte version, params int[] functions) => Delta(version, Built.Value.File.BuildId, functions);

    /// <summary>The same for a build of another id.</summary>
    public static DeltaFile Delta(byte version, ReadOnlyMemory<byte> buildId, params int[] functions)
    {
        const int BodySize = 16;
        var text = new byte[BodySize * functions.Length];
        var unwind = new UnwindBytes();
        var fixups = ImmutableArray.CreateBuilder<Fixup>();
        var slots = ImmutableArray.CreateBuilder<UnwindSlot>();
        var patches = ImmutableArray.CreateBuilder<PatchFunction>();
        for (var i = 0; i < functions.Length; i++)
        {
            // mov eax, version; ret
            new byte[] { 0xB8, version, 0, 0, 0, 0xC3 }.CopyTo(text, i * BodySize);
            var fde = unwind.AddFunction(6, out var field);
            fixups.Add(new Fixup(new ImageLocation(ImageSection.Unwind, field), FixupKind.Relative32, new ImageLocation(ImageSection.Text, (uint)(i * BodySize)), 0, 0));
            slots.Add(new UnwindSlot((uint)(i * BodySize), 6, fde));
            patches.Add(new PatchFunction(Functions[functions[i]], $"Service.{Functions[functions[i]]}()", (uint)i * 16, (uint)(i * BodySize), 6, PointOf(Functions[functions[i]])));
        }
        var image = new NativePatchImage
        {
            BaselineBuildId = [.. buildId.Span],
            Sections = new ImageSections
            {
                [ImageSection.Entries] = [.. new byte[16 * functions.Length]],
                [ImageSection.Text] = [.. text],
                [ImageSection.Unwind] = unwind.Bytes,
            },
            Functions = patches.ToImmutable(),
            Fixups = fixups.ToImmutable(),
            UnwindSlots = slots.ToImmutable(),
            BaselineNames = [],
        };
        var module = new DeltaModule(Name, PatchEngine.Native, Guid.Empty, Convert.ToHexStringLower(buildId.Span), "", "", []);
        return DeltaFile.Create(
            new DeltaManifest
            {
                FormatVersion = DeltaManifest.CurrentFormatVersion,
                Id = "",
                Program = Name,
                Baseline = new DeltaRevision(new string('a', 40), "v0", false),
                Target = new DeltaRevision(new string('b', 40), $"v{version}", false),
                CreatedAt = DateTimeOffset.UnixEpoch,
                CreatedBy = "test",
                Advisory = new DeltaAdvisory("", []),
                Modules = [module],
            },
            new Dictionary<string, ImmutableArray<byte>> { [Name] = NativePatchImageWriter.Write(image) });
    }

    private static PatchPoint PointOf(string function)
    {
        var file = Built.Value.File;
        var symbol = file.Symbols.Single(symbol => symbol.Name == function);
        var original = new byte[symbol.Size];
        file.ReadAt(symbol.Value, original);
        return new PatchPoint(symbol.Value, (uint)symbol.Size, false, [.. original]);
    }

    private long[] AskAll()
    {
        _shell.StandardInput.WriteLine("?");
        _shell.StandardInput.Flush();
        return [.. _shell.StandardOutput.ReadLine()!.Split(' ').Select(value => long.Parse(value, CultureInfo.InvariantCulture))];
    }

    private static (string, ElfFile) Build()
    {
        var folder = Directory.CreateTempSubdirectory("hotpatch-service-").FullName;
        var (arena, program) = (Path.Combine(folder, "arena.o"), Path.Combine(folder, Name));
        File.WriteAllBytes(arena, ArenaObject.Create(new ArenaOptions { CodeSize = 64 << 10, SlotCount = 512, DataSize = 1 << 20 }));
        using var compiler = Process.Start("gcc", ["-O1", "-pie", "-fPIE", "-pthread", "-Wl,--build-id", "-Wl,--eh-frame-hdr", Path.Combine(AppContext.BaseDirectory, "Runtime", "service.c"), arena, "-o", program]);
        compiler.WaitForExit();
        Assert.Equal(0, compiler.ExitCode);
        return (program, ElfFile.Read(File.ReadAllBytes(program), program));
    }
}

/// <summary>One CIE and an FDE per function: no register saved, nothing pushed (LSB 5.0, section 10.6.1).</summary>
internal sealed class UnwindBytes
{
    private readonly List<byte> _bytes =
    [
        20, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'z', (byte)'R', 0, 1, 0x78, 16, 1, 0x1B, // pc-relative sdata4
        0x0C, 7, 8, 0x90, 1, 0, 0, // DW_CFA_def_cfa rsp+8; DW_CFA_offset rip at cfa-8; padding
    ];

    public ImmutableArray<byte> Bytes => [.. _bytes];

    public uint AddFunction(int size, out uint startField)
    {
        var fde = (uint)_bytes.Count;
        _bytes.AddRange([16, 0, 0, 0]);
        _bytes.AddRange(BitConverter.GetBytes(_bytes.Count)); // distance back to the CIE at 0
        startField = (uint)_bytes.Count;
        _bytes.AddRange(new byte[4]);
        _bytes.AddRange(BitConverter.GetBytes(size));
        _bytes.AddRange(new byte[4]); // no augmentation data, padding
        return fde;
    }
}
