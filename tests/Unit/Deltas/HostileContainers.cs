using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using HotpatchBuild.Formats.Containers;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Tests.Unit.Deltas;

public class HostileContainers
{
    private static readonly byte[] Good = [.. SampleDeltas.Small().ToBytes()];

    // Where the fields of the two kinds of headers stand (APPNOTE 4.3.7 and 4.3.12).
    private const int DirectoryFlags = 8, DirectoryMethod = 10, DirectoryCrc = 16, DirectoryPacked = 20, DirectorySize = 24, DirectoryOffset = 42;

    [Theory]
    [InlineData("../manifest.json")]
    [InlineData("images/../../x.dll")]
    [InlineData("/etc/passwd")]
    [InlineData("images\\x.dll")]
    [InlineData("C:x.dll")]
    [InlineData("images//x.dll")]
    [InlineData("images/./x.dll")]
    [InlineData("images/")]
    public void Paths_that_lead_out_are_refused(string path) => Assert.Contains("leads out", Fails(DeltaDiagnostics.DamagedContainer, Packed(new ZipItem(path, [1]))));

    [Theory]
    [InlineData("manifest.json")]
    [InlineData("Manifest.JSON")]
    public void Names_that_stand_twice_are_refused(string path) => Assert.Contains("twice", Fails(DeltaDiagnostics.DamagedContainer, Packed(new ZipItem(path, [1]))));

    [Theory]
    [InlineData("run.sh")]
    [InlineData("images/Other.dll")]
    [InlineData("images/Pricing.pdb")]
    public void Unknown_files_are_refused(string path) => Assert.Contains(path, Fails(DeltaDiagnostics.WrongFiles, Packed(new ZipItem(path, [1]))));

    [Fact]
    public void Missing_files_are_named()
    {
        Assert.Contains("manifest.json is missing", Fails(DeltaDiagnostics.WrongFiles, [.. ZipContainerWriter.Write(SampleDeltas.Items().Skip(1))]));
        Assert.Contains("images/Pricing.dll is missing", Fails(DeltaDiagnostics.WrongFiles, [.. ZipContainerWriter.Write(SampleDeltas.Items().Take(1))]));
    }

    [Fact]
    public void Bomb_that_declares_its_size_is_refused_before_it_is_unpacked()
    {
        byte[] bomb = Bomb(200 << 20);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("at most", Fails(DeltaDiagnostics.DamagedContainer, bomb));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Bomb_of_10_GB_in_many_files_is_refused_before_it_is_unpacked()
    {
        byte[] bomb = Many(160, 64 << 20);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("at most", Fails(DeltaDiagnostics.DamagedContainer, bomb));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Bomb_that_declares_a_small_size_is_stopped_there()
    {
        byte[] bomb = Bomb(50 << 20);
        Set32(bomb, "signature.p7s", DirectorySize, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("does not unpack to the 100 bytes", Fails(DeltaDiagnostics.DamagedContainer, bomb));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void Size_that_the_packed_bytes_cannot_hold_is_refused() =>
        Assert.Contains("can hold", Changed("manifest.json", DirectorySize, 60 << 20));

    [Fact]
    public void Wrong_checksum_is_refused() => Assert.Contains("checksum of manifest.json", Changed("manifest.json", DirectoryCrc, 0x12345678));

    [Fact]
    public void Encrypted_files_are_refused() => Assert.Contains("encrypted", Changed("manifest.json", DirectoryFlags, 1 | 8 << 16));

    [Fact]
    public void Unknown_packing_is_refused() => Assert.Contains("unknown way", Changed("manifest.json", DirectoryMethod, 12));

    [Fact]
    public void Zip64_is_refused() => Fails(DeltaDiagnostics.DamagedContainer, With("manifest.json", DirectorySize, uint.MaxValue));

    [Fact]
    public void Overlapping_files_are_refused() => Assert.Contains("overlaps", Changed("images/Pricing.dll", DirectoryPacked, (uint)Good.Length - 400));

    [Fact]
    public void A_file_outside_the_container_is_refused() => Assert.Contains("does not start inside", Changed("manifest.json", DirectoryOffset, 0xFFFFFF00));

    [Fact]
    public void A_name_that_differs_between_the_two_headers_is_refused()
    {
        byte[] bytes = [.. Good];
        bytes[bytes.AsSpan().IndexOf("images/P"u8)]++;
        Assert.Contains("another name", Fails(DeltaDiagnostics.DamagedContainer, bytes));
    }

    [Fact]
    public void Appended_and_prepended_bytes_are_refused()
    {
        Assert.Contains("appended", Fails(DeltaDiagnostics.DamagedContainer, [.. Good, 0]));
        Fails(DeltaDiagnostics.NotADelta, [0, .. Good]);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        for (int length = 0; length < Good.Length; length++)
        {
            byte[] cut = Good[..length];
            Assert.Throws<HotpatchException>(() => DeltaFile.Read(cut, "x"));
        }
    }

    [Fact]
    public void Altered_image_is_named()
    {
        List<ZipItem> items = SampleDeltas.Items();
        items[1] = items[1] with { Content = items[1].Content.SetItem(1000, 77) };
        Assert.Contains("images/Pricing.dll", Fails(DeltaDiagnostics.ImageHashDiffers, [.. ZipContainerWriter.Write(items)]));
    }

    [Fact]
    public void Build_ids_of_manifest_and_image_must_agree()
    {
        DeltaManifest other = SampleDeltas.Manifest with { Modules = [SampleDeltas.Manifest.Modules[0] with { BuildId = "00112233" }] };
        Assert.Equal(DeltaDiagnostics.BuildIdDiffers.Id, Assert.Throws<HotpatchException>(() => DeltaFile.Create(other, SampleDeltas.Images)).Failure.Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("#!/bin/sh\nexit 0\n")]
    [InlineData("{ \"formatVersion\": 1, \"id\": \"\" }")]
    public void Another_file_is_no_delta(string content)
    {
        Failure failure = Assert.Throws<HotpatchException>(() => DeltaFile.Read(Encoding.ASCII.GetBytes(content), "notes.txt")).Failure;
        Assert.Equal((DeltaDiagnostics.NotADelta.Id, ExitCode.Usage), (failure.Id, failure.ExitCode));
        Assert.Contains("notes.txt", failure.What);
    }

    [Fact]
    public void A_path_that_cannot_be_opened_is_named()
    {
        foreach (string path in (string[])["/no/such/file.hotpatch", "/", ""])
        {
            Failure failure = Assert.Throws<HotpatchException>(() => DeltaFile.Read(path)).Failure;
            Assert.Equal((DeltaDiagnostics.CannotRead.Id, ExitCode.Usage), (failure.Id, failure.ExitCode));
        }
    }

    [Fact]
    public void An_endless_stream_is_refused() =>
        Assert.Equal(DeltaDiagnostics.TooLarge.Id, Assert.Throws<HotpatchException>(() => DeltaFile.Read(new EndlessStream(), "endless")).Failure.Id);

    private static string Fails(DiagnosticDescriptor expected, byte[] container)
    {
        Failure failure = Assert.Throws<HotpatchException>(() => DeltaFile.Read(container, "Pricing.hotpatch")).Failure;
        Assert.Equal(expected.Id, failure.Id);
        Assert.Equal(expected.ExitCode, failure.ExitCode);
        return failure.What;
    }

    private static string Changed(string path, int field, uint value) => Fails(DeltaDiagnostics.DamagedContainer, With(path, field, value));

    private static byte[] With(string path, int field, uint value)
    {
        byte[] bytes = [.. Good];
        Set32(bytes, path, field, value);
        return bytes;
    }

    // A field of the directory; the method and the flags have 16 bits, so the caller gives what follows them too.
    private static void Set32(byte[] container, string path, int field, uint value)
    {
        int header = container.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(path)) - 46;
        Span<byte> place = container.AsSpan(header + field);
        if (field == DirectoryMethod)
            BinaryPrimitives.WriteUInt16LittleEndian(place, (ushort)value);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(place, value);
    }

    // The framework's writer takes any path and any number of equal ones.
    private static byte[] Packed(ZipItem more) => Zip(zip =>
    {
        foreach (ZipItem item in SampleDeltas.Items().Append(more))
        {
            using Stream content = zip.CreateEntry(item.Path).Open();
            content.Write(item.Content.AsSpan());
        }
    });

    private static byte[] Bomb(int size) => Zip(zip =>
    {
        foreach (ZipItem item in SampleDeltas.Items())
        {
            using Stream content = zip.CreateEntry(item.Path).Open();
            content.Write(item.Content.AsSpan());
        }
        using Stream bomb = zip.CreateEntry("signature.p7s", CompressionLevel.Fastest).Open();
        byte[] zeros = new byte[1 << 20];
        for (int i = 0; i < size; i += zeros.Length)
            bomb.Write(zeros);
    });

    // One packed file of zeros, repeated under other names: 160 times 64 MiB are 10 GB in about 10 MB.
    private static byte[] Many(int count, int size)
    {
        byte[] one = [.. ZipContainerWriter.Write([new ZipItem("images/000.dll", [.. new byte[size]])])];
        int directory = one.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        byte[] local = one[..directory], header = one[directory..^22], end = one[^22..];
        using MemoryStream all = new(), headers = new();
        for (int i = 0; i < count; i++)
        {
            byte[] name = Encoding.ASCII.GetBytes(i.ToString("000"));
            name.CopyTo(local, 30 + "images/".Length);
            name.CopyTo(header, 46 + "images/".Length);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(DirectoryOffset), (int)all.Position);
            all.Write(local);
            headers.Write(header);
        }
        BinaryPrimitives.WriteInt16LittleEndian(end.AsSpan(8), (short)count);
        BinaryPrimitives.WriteInt16LittleEndian(end.AsSpan(10), (short)count);
        BinaryPrimitives.WriteInt32LittleEndian(end.AsSpan(12), (int)headers.Length);
        BinaryPrimitives.WriteInt32LittleEndian(end.AsSpan(16), (int)all.Length);
        return [.. all.ToArray(), .. headers.ToArray(), .. end];
    }

    private static byte[] Zip(Action<ZipArchive> fill)
    {
        using MemoryStream stream = new();
        using (ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true))
            fill(zip);
        return stream.ToArray();
    }

    private sealed class EndlessStream : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override int Read(byte[] buffer, int offset, int count) => count;
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
