using System.IO.Compression;
using System.Text;
using HotpatchBuild.Compiler.Baselines;
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
        Assert.Equal(record.Manifest.Audit.Unpatchable.AsEnumerable(), read.Manifest.Audit.Unpatchable);
        Assert.Equal(record.Manifest.Sources.AsEnumerable(), read.Manifest.Sources);
        Assert.Equal(record.Manifest.References.AsEnumerable(), read.Manifest.References);
        Assert.Equal(record.Build.Assembly.Mvid, read.Build.Assembly.Mvid);
        Assert.Equal(record.Build.Assembly.Image.ToArray(), read.Build.Assembly.Image.ToArray());
        Assert.Equal(record.Build.Assembly.Pdb.ToArray(), read.Build.Assembly.Pdb.ToArray());
        Assert.Equal("Library", Assert.Single(read.Build.OtherAssemblies).Name);
        Assert.True(read.Build.OtherAssemblies[0].Pdb.IsEmpty);
        Assert.Equal(record.Build.Object.ToArray(), read.Build.Object.ToArray());
        Assert.Equal(record.Build.Map.ToArray(), read.Build.Map.ToArray());
        Assert.Equal(record.Build.Executable.ToArray(), read.Build.Executable.ToArray());
        Assert.Equal(record.Build.Symbols.Symbols.AsEnumerable(), read.Build.Symbols.Symbols);
        Assert.Equal(record.Build.BuildId.AsEnumerable(), read.Build.BuildId);
        Assert.Equal(record.Build.CompilerArguments.AsEnumerable(), read.Build.CompilerArguments);
        Assert.Equal(record.Build.IlcArguments.AsEnumerable(), read.Build.IlcArguments);
        Assert.Equal(record.Build.LinkerArguments.AsEnumerable(), read.Build.LinkerArguments);
        Assert.Equal(record.Build.LayoutFlags.AsEnumerable(), read.Build.LayoutFlags);
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
    public void Another_format_version_is_said() => AssertRefused("HPB2204", Write(Rewritten(json => json.Replace("\"formatVersion\": 1", "\"formatVersion\": 2", StringComparison.Ordinal))));

    [Theory]
    [InlineData("\"formatVersion\": 1", "\"formatVersion\": \"1\"")]
    [InlineData("\"formatVersion\": 1", "\"formatVersion\": 1, \"unknown\": 2")]
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
    private static byte[] Rewritten(Func<string, string> change)
    {
        using var source = new ZipArchive(new MemoryStream(SampleRecord.ToBytes(SampleRecord.Create())));
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
