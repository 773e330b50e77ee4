using System.Collections.Immutable;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Managed;
using HotpatchBuild.Compiler.Pipeline.Rebuilding;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Hosting;

namespace HotpatchBuild.Compiler.Pipeline.Engines;

/// <summary>A build for CoreCLR.</summary>
/// <param name="request">What was built.</param>
/// <param name="build">All of it, read.</param>
/// <param name="compiler">Makes patch images.</param>
internal sealed class ManagedEngineBuild(BuildRequest request, CoreClrBuild build, IManagedDeltaCompiler compiler) : IEngineBuild
{
    /// <inheritdoc/>
    public ProgramBuild Build => build;

    /// <inheritdoc/>
    public IEnumerable<string> OtherAssemblyFiles => request.ProjectAssemblies;

    /// <inheritdoc/>
    public IEnumerable<string> OtherInputFiles => [];

    /// <inheritdoc/>
    public ProgramFacts Facts()
    {
        int assemblies = 1 + build.OtherAssemblies.Length;
        return new ProgramFacts(PatchEngine.Managed, null, assemblies == 1 ? $"{build.Assembly.Name}.dll" : $"{build.Assembly.Name}.dll and {Counts.Of(assemblies - 1, "library", "libraries")}");
    }

    /// <summary>
    /// The process keeps the packages that it was deployed with. Of frameworks only the version that code is compiled against counts, and that is part of the key.
    /// </summary>
    public void RequireComparable(string name, BaselineRecord baseline)
    {
        if (baseline.Build is not CoreClrBuild)
            throw new HotpatchException(BaselineDiagnostics.OtherEngine.With(name, "NativeAOT", "CoreCLR"));
        Dictionary<string, Guid> before = baseline.Manifest.References.DistinctBy(reference => reference.Name).ToDictionary(reference => reference.Name, reference => reference.Mvid, StringComparer.Ordinal);
        foreach (string path in Packages())
        {
            string file = Path.GetFileName(path);
            if (!before.TryGetValue(file, out Guid mvid))
                throw new HotpatchException(BaselineDiagnostics.NewPackage.With(file, name));
            if (mvid != BuildFiles.ReadMvid(BuildFiles.Read(path), path))
                throw new HotpatchException(BaselineDiagnostics.OtherPackage.With(file, name));
        }
    }

    /// <inheritdoc/>
    public ProgramDelta Compare(BaselineRecord baseline, CancellationToken cancellation)
    {
        ProgramBuild old = baseline.Build;
        if (Identities(old).SequenceEqual(Identities(build)))
            return ProgramDelta.Unchanged;
        ImmutableArray<string> references = [.. References()];
        ManagedDeltaResult result = compiler.Compile(Side(old, references), Side(build, references));
        return new ProgramDelta
        {
            Refusals = result.Refusals,
            Warnings = result.Warnings,
            Modules = [.. result.Modules.Select(module =>
                new ProgramModule(new DeltaModule(module.Name, PatchEngine.Managed, module.Mvid, null, "", "", module.Functions), module.Image))],
        };
    }

    /// <summary>The compiler's output is all that there is to build.</summary>
    public IEngineBuild CompleteRebuild(RebuiltFiles files, ToolProcess tools, CancellationToken cancellation) => new ManagedEngine(files.Request, compiler).Collect();

    private static IEnumerable<(string Name, Guid Mvid)> Identities(ProgramBuild build) =>
        build.OtherAssemblies.Prepend(build.Assembly).Select(assembly => (assembly.Name, assembly.Mvid));

    private ManagedBuild Side(ProgramBuild build, ImmutableArray<string> references) => new()
    {
        Assemblies = [build.Assembly, .. build.OtherAssemblies],
        References = references,
        Deployed = Directory.Exists(request.OutputDirectory) ? [.. Directory.GetFiles(request.OutputDirectory, "*.dll").Order(StringComparer.Ordinal)] : [],
    };

    /// <summary>What the compiler was given, without the projects' assemblies: those are part of the build.</summary>
    private IEnumerable<string> References()
    {
        HashSet<string> own = [.. build.OtherAssemblies.Select(assembly => assembly.Name)];
        return CompiledFiles.Of(build.CompilerArguments, Path.GetDirectoryName(request.ProjectFile)!).References
            .Where(path => !own.Contains(Path.GetFileNameWithoutExtension(path)));
    }

    private IEnumerable<string> Packages()
    {
        List<string> framework = [.. request.FrameworkDirectories.Select(folder => Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar)];
        return References().Where(path => !framework.Exists(folder => path.StartsWith(folder, StringComparison.Ordinal)));
    }
}
