using System.Collections.Immutable;
using HotpatchBuild.Compiler.Managed;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Tests.Edits.Running;
using HotpatchBuild.Tests.Unit.Support;
using Microsoft.CodeAnalysis;

namespace HotpatchBuild.Tests.Edits.Building;

/// <summary>CoreCLR: programs compiled against the targeting pack of this SDK, prepared as the package prepares them, run by <c>dotnet App.dll</c>.</summary>
internal sealed class ManagedEngine : IEngineUnderTest
{
    private const string RuntimeConfiguration = """
        { "runtimeOptions": { "tfm": "net10.0", "framework": { "name": "Microsoft.NETCore.App", "version": "10.0.0" } } }
        """;

    private static readonly Lazy<ImmutableArray<string>> s_pack = new(FindPack);
    private static readonly Lazy<ImmutableArray<MetadataReference>> s_framework = new(() => [.. s_pack.Value.Select(file => MetadataReference.CreateFromFile(file))]);

    public string Name => "managed";

    public IProgramBuild Build(ProgramSources sources, bool takesText)
    {
        CompiledProgram compiled = CompiledProgram.Of(sources, takesText, s_framework.Value, [Driver.Main, Driver.Prepare]);
        string profiler = Path.Combine(AppContext.BaseDirectory, "agent/libhotpatch.so");
        string folder = SampleCache.Get("managed-edit", [.. compiled.Assemblies.Select(a => a.Image.ToArray()), File.ReadAllBytes(profiler)], output =>
        {
            foreach (var assembly in compiled.Assemblies)
            {
                File.WriteAllBytes(Path.Combine(output, assembly.Name + ".dll"), assembly.Image.Span);
                File.WriteAllBytes(Path.Combine(output, assembly.Name + ".pdb"), assembly.Pdb.Span);
            }
            File.WriteAllText(Path.Combine(output, "App.runtimeconfig.json"), RuntimeConfiguration);
            Directory.CreateDirectory(Path.Combine(output, "hotpatch"));
            File.Copy(profiler, Path.Combine(output, "hotpatch/libhotpatch.so"));
        });
        return new ManagedProgramBuild(compiled, folder);
    }

    public DeltaOutcome MakeDelta(IProgramBuild before, IProgramBuild after, string file)
    {
        ManagedDeltaResult result = new ManagedDeltaCompiler().Compile(Side(before), Side(after));
        if (!result.Refusals.IsEmpty || result.Modules.IsEmpty)
            return new DeltaOutcome(null, result.Refusals, result.Warnings);
        DeltaFiles.Write(file, result.Modules.Select(m => (new DeltaModule(m.Name, PatchEngine.Managed, m.Mvid, null, "", "", m.Functions), m.Image)));
        return new DeltaOutcome(file, [], result.Warnings);
    }

    private static ManagedBuild Side(IProgramBuild build) => new() { Assemblies = ((ManagedProgramBuild)build).Compiled.Assemblies, References = s_pack.Value };

    // It lies beside the runtimes of the SDK that runs these tests: <root>/shared/Microsoft.NETCore.App/<version> and <root>/packs.
    private static ImmutableArray<string> FindPack()
    {
        string root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../.."));
        string pack = Directory.GetDirectories(Path.Combine(root, "packs/Microsoft.NETCore.App.Ref"), "10.*")
            .MaxBy(folder => Version.Parse(Path.GetFileName(folder)))!;
        return [.. Directory.GetFiles(Path.Combine(pack, "ref/net10.0"), "*.dll").Order(StringComparer.Ordinal)];
    }

    private sealed record ManagedProgramBuild(CompiledProgram Compiled, string Folder) : IProgramBuild
    {
        public ProgramProcess Start() => ProgramProcess.StartManaged(Path.Combine(Folder, "App.dll"));
    }
}
