using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace HotpatchBuild.Compiler.Baselines;

/// <summary>Writes <c>.hotbase</c> files. Equal records give equal bytes.</summary>
internal static class BaselineWriter
{
    // The first moment that a zip can name; the real one would make equal baselines differ.
    private static readonly DateTimeOffset Timestamp = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes a record.</summary>
    /// <param name="record">The record; its manifest's assemblies and parts are filled in here.</param>
    /// <param name="destination">Where to.</param>
    public static void Write(BaselineRecord record, Stream destination)
    {
        List<(string Path, ReadOnlyMemory<byte> Content)> files = [.. Files(record.Build)];
        BaselineManifest manifest = record.Manifest with
        {
            Assemblies = Assemblies(record.Build),
            Parts = [.. files.Select(file => new BaselinePart(file.Path, file.Content.Length, Convert.ToHexStringLower(SHA256.HashData(file.Content.Span))))],
        };
        using var zip = new ZipArchive(destination, ZipArchiveMode.Create, leaveOpen: true);
        Add(zip, BaselineLayout.Manifest, JsonSerializer.SerializeToUtf8Bytes(manifest, BaselineManifestJson.Default.BaselineManifest));
        foreach ((string path, ReadOnlyMemory<byte> content) in files)
            Add(zip, path, content);
    }

    private static ImmutableArray<BaselineAssembly> Assemblies(ProgramBuild build) =>
        [.. build.OtherAssemblies.Prepend(build.Assembly).Select((assembly, i) => new BaselineAssembly(
            assembly.Name, assembly.Mvid, BaselineLayout.Assembly(i), assembly.Pdb.IsEmpty ? null : BaselineLayout.Pdb(i)))];

    private static IEnumerable<(string Path, ReadOnlyMemory<byte> Content)> Files(ProgramBuild build)
    {
        int index = 0;
        foreach (ProgramAssembly assembly in build.OtherAssemblies.Prepend(build.Assembly))
        {
            yield return (BaselineLayout.Assembly(index), assembly.Image);
            if (!assembly.Pdb.IsEmpty)
                yield return (BaselineLayout.Pdb(index), assembly.Pdb);
            index++;
        }
        yield return (BaselineLayout.CompilerArguments, Lines(build.CompilerArguments));
        if (build is not NativeBuild native)
            yield break;
        yield return (BaselineLayout.Object, native.Object);
        yield return (BaselineLayout.Map, native.Map);
        yield return (BaselineLayout.Executable, native.Executable);
        yield return (BaselineLayout.Symbols, native.Symbols.ToBytes());
        yield return (BaselineLayout.IlcArguments, Lines(native.IlcArguments));
        yield return (BaselineLayout.LinkerArguments, Lines(native.LinkerArguments));
    }

    private static byte[] Lines(ImmutableArray<string> lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));

    private static void Add(ZipArchive zip, string path, ReadOnlyMemory<byte> content)
    {
        ZipArchiveEntry entry = zip.CreateEntry(path, CompressionLevel.Fastest);
        entry.LastWriteTime = Timestamp;
        entry.ExternalAttributes = 0;
        using Stream stream = entry.Open();
        stream.Write(content.Span);
    }
}
