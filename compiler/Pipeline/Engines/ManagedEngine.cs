using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Managed;
using HotpatchBuild.Hosting;

namespace HotpatchBuild.Compiler.Pipeline.Engines;

/// <summary>Builds for CoreCLR: the program's assembly and those of the projects that it refers to.</summary>
/// <param name="request">What was built.</param>
/// <param name="compiler">Makes patch images.</param>
internal sealed class ManagedEngine(BuildRequest request, IManagedDeltaCompiler compiler) : IProgramEngine
{
    /// <inheritdoc/>
    public IEnumerable<string> InputFiles => [request.Assembly, request.CompilerArguments, .. request.ProjectAssemblies];

    /// <inheritdoc/>
    public IEngineBuild Collect()
    {
        var build = new CoreClrBuild
        {
            Assembly = BuildFiles.ReadAssembly(request.Assembly),
            OtherAssemblies = [.. request.ProjectAssemblies.Select(BuildFiles.ReadAssembly).OrderBy(assembly => assembly.Name, StringComparer.Ordinal)],
            CompilerArguments = BuildFiles.ReadLines(request.CompilerArguments),
            Frameworks = [.. request.Frameworks],
        };
        return new ManagedEngineBuild(request, build, compiler);
    }
}
