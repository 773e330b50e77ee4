using System.Collections.Immutable;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.Elf;
using HotpatchBuild.Hosting;

namespace HotpatchBuild.Compiler.Pipeline.Engines;

/// <summary>Builds to native code.</summary>
/// <param name="request">What was built.</param>
/// <param name="outputs">What ILC and the linker made.</param>
/// <param name="compiler">Makes patch images.</param>
internal sealed class NativeEngine(BuildRequest request, NativeOutputs outputs, INativeDeltaCompiler compiler) : IProgramEngine
{
    private const string IlcReferenceOption = "-r:";

    /// <inheritdoc/>
    public IEnumerable<string> InputFiles =>
    [
        request.Assembly, outputs.NativeObject, outputs.NativeMap, outputs.Executable, outputs.SymbolFile,
        request.CompilerArguments, outputs.IlcArguments, outputs.LinkerArguments,
    ];

    /// <inheritdoc/>
    public IEngineBuild Collect()
    {
        byte[] executable = BuildFiles.Read(outputs.Executable);
        ElfFile elf = ElfFile.Read(executable, outputs.Executable);
        if (elf.BuildId.IsEmpty)
            throw new HotpatchException(BaselineDiagnostics.NoBuildId.With(outputs.Executable));
        ImmutableArray<string> ilcArguments = BuildFiles.ReadLines(outputs.IlcArguments);
        var build = new NativeBuild
        {
            Assembly = BuildFiles.ReadAssembly(request.Assembly),
            OtherAssemblies = [.. OtherAssemblyPaths(request, ilcArguments).Select(BuildFiles.ReadAssembly).OrderBy(assembly => assembly.Name, StringComparer.Ordinal)],
            Object = DebugSections.Blank(BuildFiles.Read(outputs.NativeObject), outputs.NativeObject),
            Map = BuildFiles.Read(outputs.NativeMap),
            Executable = executable,
            Symbols = ReadSymbols(outputs, elf),
            BuildId = [.. elf.BuildId.Span],
            CompilerArguments = BuildFiles.ReadLines(request.CompilerArguments),
            IlcArguments = ilcArguments,
            LinkerArguments = BuildFiles.ReadLines(outputs.LinkerArguments),
            Linker = outputs.Linker,
            IlcVersion = outputs.IlcVersion,
            Frameworks = [.. request.Frameworks],
            LayoutFlags = [.. outputs.LayoutFlags],
        };
        return new NativeEngineBuild(request, outputs, build, compiler);
    }

    /// <summary>The executable with its symbols, which stand in a file of their own after stripping.</summary>
    /// <param name="outputs">Where the files are.</param>
    /// <param name="executable">The executable as shipped.</param>
    public static ElfFile WithSymbols(NativeOutputs outputs, ElfFile executable) =>
        outputs.SymbolFile == outputs.Executable ? executable : executable.WithSymbolsOf(ElfFile.Read(BuildFiles.Read(outputs.SymbolFile), outputs.SymbolFile));

    /// <summary>The program's assemblies beside its own one, absolute.</summary>
    /// <param name="request">Where the framework's are.</param>
    /// <param name="ilcArguments">ILC's arguments.</param>
    public static IEnumerable<string> OtherAssemblyPaths(BuildRequest request, ImmutableArray<string> ilcArguments)
    {
        List<string> framework = [.. request.FrameworkDirectories.Select(folder => Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar)];
        string projectDirectory = Path.GetDirectoryName(request.ProjectFile)!;
        return ilcArguments
            .Where(argument => argument.StartsWith(IlcReferenceOption, StringComparison.Ordinal))
            .Select(argument => Path.GetFullPath(argument[IlcReferenceOption.Length..].Trim('"'), projectDirectory))
            .Where(path => !framework.Exists(folder => path.StartsWith(folder, StringComparison.Ordinal)))
            .Distinct(StringComparer.Ordinal);
    }

    private static SymbolListing ReadSymbols(NativeOutputs outputs, ElfFile executable)
    {
        SymbolListing symbols = SymbolListing.From(WithSymbols(outputs, executable));
        return symbols.Symbols.IsEmpty ? throw new HotpatchException(BaselineDiagnostics.NoSymbols.With(outputs.SymbolFile)) : symbols;
    }
}
