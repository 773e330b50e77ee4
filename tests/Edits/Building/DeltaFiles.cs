using System.Collections.Immutable;
using HotpatchBuild.Formats.Deltas;

namespace HotpatchBuild.Tests.Edits.Building;

/// <summary>Writes delta files as a build does, with revisions that no repository has.</summary>
internal static class DeltaFiles
{
    public static void Write(string file, IEnumerable<(DeltaModule Module, ImmutableArray<byte> Image)> modules)
    {
        List<(DeltaModule Module, ImmutableArray<byte> Image)> all = [.. modules];
        DeltaFile.Create(
            new DeltaManifest
            {
                FormatVersion = DeltaManifest.CurrentFormatVersion,
                Id = "",
                Program = CompiledProgram.ProgramName,
                Baseline = new DeltaRevision(new string('1', 40), "before", false),
                Target = new DeltaRevision(new string('2', 40), "after", false),
                CreatedAt = DateTimeOffset.UnixEpoch,
                CreatedBy = "tests",
                Advisory = new DeltaAdvisory("", []),
                Modules = [.. all.Select(m => m.Module)],
            },
            all.ToDictionary(m => m.Module.Name, m => m.Image)).Write(file);
    }
}
