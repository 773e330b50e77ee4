using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Managed;
using HotpatchBuild.Formats.Deltas;

namespace HotpatchBuild.Tests.Live.Managed;

/// <summary>Deltas without a build of the package, where hundreds are needed.</summary>
internal static class ManagedDeltas
{
    /// <summary>An assembly as it lies in an output folder.</summary>
    public static ProgramAssembly Read(string file)
    {
        byte[] image = File.ReadAllBytes(file);
        string pdb = Path.ChangeExtension(file, ".pdb");
        return Of(Path.GetFileNameWithoutExtension(file), image, File.Exists(pdb) ? File.ReadAllBytes(pdb) : default);
    }

    /// <summary>An assembly.</summary>
    public static ProgramAssembly Of(string name, byte[] image, ReadOnlyMemory<byte> pdb)
    {
        using var reader = new PEReader(ImmutableArray.Create(image));
        MetadataReader metadata = reader.GetMetadataReader();
        return new ProgramAssembly(name, metadata.GetGuid(metadata.GetModuleDefinition().Mvid), image, pdb);
    }

    /// <summary>Writes the delta that leads from one build to the other.</summary>
    public static void Write(string program, IEnumerable<ProgramAssembly> baseline, IEnumerable<ProgramAssembly> build, string path)
    {
        ImmutableArray<string> references = [.. Directory.GetFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "*.dll")];
        ImmutableArray<ProgramAssembly> old = [.. baseline];
        ManagedDeltaResult result = new ManagedDeltaCompiler().Compile(
            new ManagedBuild { Assemblies = old, References = references }, new ManagedBuild { Assemblies = [.. build], References = references });
        Assert.True(result.Refusals.IsEmpty, string.Join('\n', result.Refusals));
        DeltaFile.Create(
            new DeltaManifest
            {
                FormatVersion = DeltaManifest.CurrentFormatVersion,
                Id = "",
                Program = program,
                Baseline = new DeltaRevision(new string('1', 40), "old", false),
                Target = new DeltaRevision(new string('2', 40), "new", false),
                CreatedAt = DateTimeOffset.UnixEpoch,
                CreatedBy = "tests",
                Advisory = new DeltaAdvisory("", []),
                Modules = [.. result.Modules.Select(module => new DeltaModule(module.Name, PatchEngine.Managed, module.Mvid, null, "", "", module.Functions))],
            },
            result.Modules.ToDictionary(module => module.Name, module => module.Image)).Write(path);
    }
}
