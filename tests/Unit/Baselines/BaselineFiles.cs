using System.IO.Compression;
using System.Text;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Tests.Unit.Baselines;

public sealed class BaselineFiles : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hotbase").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_is_written_is_read_again()
    {
        BaselineRecord record = SampleRecord.Create();
        BaselineRecord read = BaselineReader.Read(Write(SampleRecord.ToBytes(record)));
        Assert.Equal(record.Manifest.Key, read.Manifest.Key);
        Assert.Equal(PatchEngine.Native, read.Manifest.Engine);
        Assert.Equal(record.Manifest.Native!.Audit.Unpatchable.AsEnumerable(), read.Manifest.Native!.Audit.Unpatchable);
        Assert.Equal(record.Manifest.Sources.AsEnumerable(), read.Manifest.Sources);
        Assert.Equal(record.Manifest.References.AsEnumerable(), read.Manifest.References);
        Assert.Equal(record.Build.Assembly.Mvid, read.Build.Assembly.Mvid);
        Assert.Equal(record.Build.Assembly.Image.ToArray(), read.Build.Assembly.Image.ToArray());
        Assert.Equal(record.Build.Assembly.Pdb.ToArray(), read.Build.Assembly.Pdb.ToArray());
        Assert.Equal("Library", Assert.Single(read.Build.OtherAssemblies).Name);
        Assert.True(read.Build.OtherAssemblies[0].Pdb.IsEmpty);
        Assert.Equal(record.Build.CompilerArguments.AsEnumerable(), read.Build.CompilerArguments);
        NativeBuild written = Assert.IsType<NativeBuild>(record.Build), native = Assert.IsType<NativeBuild>(read.Build);
        Assert.Equal(written.Object.ToArray(), native.Object.ToArray());
        Assert.Equal(written.Map.ToArray(), native.Map.ToArray());
        Assert.Equal(written.Executable.ToArray(), native.Executable.ToArray());
        Assert.Equal(written.Symbols.Symbols.AsEnumerable(), native.Symbols.Symbols);
        Assert.Equal(written.BuildId.AsEnumerable(), native.BuildId);
        Assert.Equal(written.IlcArguments.AsEnumerable(), native.IlcArguments);
        Assert.Equal(written.LinkerArguments.AsEnumerable(), native.LinkerArguments);
        Assert.Equal(written.LayoutFlags.AsEnumerable(), native.LayoutFlags);
    }

    [Fact]
    public void A_program_for_the_clr_has_no_native_part()
    {
        BaselineRecord record = SampleRecord.CreateManaged();
        BaselineRecord read = BaselineReader.Read(Write(SampleRecord.ToBytes(record)));
        Assert.Equal(PatchEngine.Managed, read.Manifest.Engine);
        Assert.Null(read.Manifest.Native);
        Assert.Equal(["il/0.dll", "il/0.pdb", "il/1.dll", "args/csc.rsp"], read.Manifest.Parts.Select(part => part.Path));
        CoreClrBuild build = Assert.IsType<CoreClrBuild>(read.Build);
        Assert.Equal(record.Build.Assembly.Image.ToArray(), build.Assembly.Image.ToArray());
        Assert.Equal(record.Build.Frameworks.AsEnumerable(), build.Frameworks);
        Assert.Equal(record.Build.Assembly.Mvid.ToString("N"), build.Identity);
    }

    [Theory]
    [InlineData("\"engine\": \"managed\"", "\"engine\": \"native\"")]
    [InlineData("\"engine\": \"managed\"", "\"engine\": \"both\"")]
    [InlineData("\"engine\": \"managed\"", "\"engine\": 1")]
    public void An_engine_that_does_not_fit_is_a_failure(string from, string to)
    {
        byte[] bytes = SampleRecord.ToBytes(SampleRecord.CreateManaged());
        AssertRefused("HPB2203", Write(Rewritten(bytes, json =>
        {
            Assert.Contains(from, json, StringComparison.Ordinal);
            return json.Replace(from, to, StringComparison.Ordinal);
        })));
    }

    [Fact]
    public void Equal_records_give_equal_bytes() =>
        Assert.Equal(SampleRecord.ToBytes(SampleRecord.Create()), SampleRecord.ToBytes(SampleRecord.Create()));

    [Fact]
    public void A_missing_file_is_said() => AssertRefused("HPB2202", Path.Combine(_folder, "none.hotbase"));

    [Fact]
    public void A_truncated_file_is_a_failure()
    {
        byte[] bytes = SampleRecord.ToBytes(SampleRecord.Create());
        for (int length = 0; length < bytes.Length; length += 7)
            AssertRefused("HPB2203", Write(bytes[..length]));
    }

    [Fact]
    public void An_altered_byte_is_a_failure_or_changes_nothing_that_is_read()
    {
        byte[] bytes = SampleRecord.ToBytes(SampleRecord.Create());
        byte[] expected = SampleRecord.ToBytes(BaselineReader.Read(Write(bytes)));
        int refused = 0;
        for (int i = 0; i < bytes.Length; i += 5)
        {
            byte[] altered = (byte[])bytes.Clone();
            altered[i] ^= 0x55;
            BaselineRecord read;
            try
            {
                read = BaselineReader.Read(Write(altered));
            }
            catch (HotpatchException e)
            {
                Assert.StartsWith("HPB22", e.Failure.Id, StringComparison.Ordinal);
                refused++;
                continue;
            }
            // Time stamps, version fields and the like: nobody reads them.
            Assert.Equal(expected, SampleRecord.ToBytes(read));
        }
        Assert.True(refused > bytes.Length / 10, $"{refused} alterations were noticed");
    }

    [Fact]
    public void Another_format_version_is_said() => AssertRefused("HPB2204", Write(Rewritten(json => json.Replace("\"formatVersion\": 2", "\"formatVersion\": 3", StringComparison.Ordinal))));

    [Theory]
    [InlineData("\"formatVersion\": 2", "\"formatVersion\": \"2\"")]
    [InlineData("\"formatVersion\": 2", "\"formatVersion\": 2, \"unknown\": 2")]
    [InlineData("\"commit\": \"0123", "\"commit\": \"../3")]
    [InlineData("\"buildId\": \"aabb", "\"buildId\": \"XXbb")]
    [InlineData("\"path\": \"il/0.dll\"", "\"path\": \"../../etc/passwd\"")]
    [InlineData("\"path\": \"native/object.o\"", "\"path\": \"native/map.xml\"")]
    [InlineData("\"size\": 8", "\"size\": -8")]
    [InlineData("\"size\": 8", "\"size\": 80000000000")]
    [InlineData("\"size\": 8", "\"size\": 1e300")]
    [InlineData("\"--noscan\"", "null")]
    public void A_manifest_that_says_something_impossible_is_a_failure(string from, string to)
    {
        string path = Write(Rewritten(json =>
        {
            Assert.Contains(from, json, StringComparison.Ordinal);
            return json.Replace(from, to, StringComparison.Ordinal);
        }));
        AssertRefused("HPB2203", path);
    }

    [Fact]
    public void A_file_that_the_manifest_does_not_name_is_a_failure()
    {
        string path = Write(SampleRecord.ToBytes(SampleRecord.Create()));
        using (ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Update))
            zip.CreateEntry("../evil").Open().Dispose();
        AssertRefused("HPB2203", path);
    }

    [Fact]
    public void An_archive_without_files_is_a_failure() => AssertRefused("HPB2203", Write([0x50, 0x4b, 5, 6, .. new byte[18]]));

    private static void AssertRefused(string id, string path)
    {
        HotpatchException e = Assert.Throws<HotpatchException>(() => BaselineReader.Read(path));
        Assert.Equal(id, e.Failure.Id);
        Assert.DoesNotContain('\n', e.Failure.ToString());
    }

    /// <summary>The sample with another manifest; everything else stays as it is and where it is.</summary>
    private static byte[] Rewritten(Func<string, string> change) => Rewritten(SampleRecord.ToBytes(SampleRecord.Create()), change);

    private static byte[] Rewritten(byte[] bytes, Func<string, string> change)
    {
        using var source = new ZipArchive(new MemoryStream(bytes));
        var stream = new MemoryStream();
        using (var target = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (ZipArchiveEntry entry in source.Entries)
            {
                using var reader = new StreamReader(entry.Open(), Encoding.UTF8);
                string text = reader.ReadToEnd();
                using Stream written = target.CreateEntry(entry.FullName).Open();
                written.Write(Encoding.UTF8.GetBytes(entry.FullName == "manifest.json" ? change(text) : text));
            }
        }
        return stream.ToArray();
    }

    private string Write(byte[] bytes)
    {
        string path = Path.Combine(_folder, "sample.hotbase");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
