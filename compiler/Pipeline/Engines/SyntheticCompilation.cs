using System.Collections.Immutable;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Native;
using HotpatchBuild.Compiler.Native.Synthesis;
using HotpatchBuild.Compiler.Pipeline.Rebuilding;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Hosting;

namespace HotpatchBuild.Compiler.Pipeline.Engines;

/// <summary>Compiles synthetic programs with the command line of a build, in a folder of their own under <c>obj/</c>.</summary>
/// <param name="request">What was built.</param>
/// <param name="outputs">Where ILC is, and what it made.</param>
/// <param name="build">Whose command line it is.</param>
/// <param name="cancellation">Ends ILC.</param>
internal sealed class SyntheticCompilation(BuildRequest request, NativeOutputs outputs, NativeBuild build, CancellationToken cancellation) : ISyntheticCompiler
{
    private readonly string _projectDirectory = Path.GetDirectoryName(request.ProjectFile)!;
    private readonly string _folder = Path.Combine(request.IntermediateDirectory, "synthetic");

    /// <inheritdoc/>
    public CompiledObject Compile(SyntheticProgram program)
    {
        Delete();
        Dictionary<string, string> assemblies = Present().ToDictionary(
            path => path, path => Write(program.Assemblies.First(a => a.Name == Path.GetFileNameWithoutExtension(path)), "il"), StringComparer.Ordinal);
        IlcCommand command = IlcCommand.Redirect(build.IlcArguments, _projectDirectory, request.Assembly, assemblies, _folder)
            .WithReferences(program.Added.Select(a => Write(a, "added")));
        string response = Path.Combine(_folder, "ilc.rsp");
        OutputFiles.WriteLines(response, command.Lines);
        (int exitCode, string lastWords) = new ToolProcess(_projectDirectory, request.AssemblyName, Environment.GetEnvironmentVariable("PATH") ?? "")
            .RunToEnd(Path.Combine(outputs.IlcToolsDirectory, "ilc"), ["@" + response], cancellation);
        if (exitCode != 0)
            throw new HotpatchException(NativeDiagnostics.SyntheticCompilationFailed.With(exitCode, lastWords));
        CompiledObject compiled = new(BuildFiles.Read(command.Moved[outputs.NativeObject]), BuildFiles.Read(command.Moved[outputs.NativeMap]));
        Delete();
        return compiled;
    }

    /// <summary>The build's assemblies that take part in the comparison, absolute.</summary>
    private ImmutableArray<string> Present() =>
        [.. NativeEngine.OtherAssemblyPaths(request, build.IlcArguments).Append(request.Assembly).Distinct(StringComparer.Ordinal)];

    private string Write(SyntheticAssembly assembly, string folder)
    {
        string path = Path.Combine(_folder, folder, assembly.Name + ".dll");
        OutputFiles.Write(path, assembly.Image.Span);
        return path;
    }

    /// <summary>After a failure the files stay, to be looked at.</summary>
    private void Delete()
    {
        try
        {
            if (Directory.Exists(_folder))
                Directory.Delete(_folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HotpatchException(PipelineDiagnostics.CannotWrite.With(_folder, e.Message.TrimEnd('.')), e);
        }
    }
}
