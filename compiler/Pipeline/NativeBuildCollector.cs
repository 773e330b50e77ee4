using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Hosting;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.Elf;

namespace HotpatchBuild.Compiler.Pipeline;

/// <summary>Gathers what a build has left on disk.</summary>
internal static class NativeBuildCollector
{
    private const string IlcReferenceOption = "-r:";

    /// <summary>Reads all files of a build.</summary>
    /// <param name="request">Where they are.</param>
    public static NativeBuild Collect(BuildRequest request)
    {
        byte[] executable = ReadFile(request.Executable);
        ElfFile elf = ElfFile.Read(executable, request.Executable);
        if (elf.BuildId.IsEmpty)
            throw new HotpatchException(BaselineDiagnostics.NoBuildId.With(request.Executable));
        ImmutableArray<string> ilcArguments = ReadLines(request.IlcArguments);
        return new NativeBuild
        {
            Assembly = ReadAssembly(request.Assembly),
            OtherAssemblies = [.. OtherAssemblyPaths(request, ilcArguments).Select(ReadAssembly).OrderBy(assembly => assembly.Name, StringComparer.Ordinal)],
            Object = DebugSections.Blank(ReadFile(request.NativeObject), request.NativeObject),
            Map = ReadFile(request.NativeMap),
            Executable = executable,
            Symbols = ReadSymbols(request, elf),
            BuildId = [.. elf.BuildId.Span],
            CompilerArguments = ReadLines(request.CompilerArguments),
            IlcArguments = ilcArguments,
            LinkerArguments = ReadLines(request.LinkerArguments),
            Linker = request.Linker,
            IlcVersion = request.IlcVersion,
            Frameworks = [.. request.Frameworks],
            LayoutFlags = [.. request.LayoutFlags],
        };
    }

    /// <summary>The files whose change makes a new build.</summary>
    /// <param name="request">Where they are.</param>
    public static IEnumerable<string> InputFiles(BuildRequest request) =>
    [
        request.Assembly, request.NativeObject, request.NativeMap, request.Executable, request.SymbolFile,
        request.CompilerArguments, request.IlcArguments, request.LinkerArguments,
    ];

    /// <summary>Reads the module version id of an assembly.</summary>
    /// <param name="image">The assembly.</param>
    /// <param name="name">Its file, for the failure.</param>
    public static Guid ReadMvid(ReadOnlyMemory<byte> image, string name)
    {
        try
        {
            using var reader = new PEReader([.. image.Span]);
            if (reader.HasMetadata)
            {
                MetadataReader metadata = reader.GetMetadataReader();
                return metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
            }
        }
        catch (BadImageFormatException e)
        {
            throw new HotpatchException(PipelineDiagnostics.NotAnAssembly.With(name), e);
        }
        throw new HotpatchException(PipelineDiagnostics.NotAnAssembly.With(name));
    }

    /// <summary>Reads a file of the build.</summary>
    /// <param name="path">The file.</param>
    public static byte[] ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HotpatchException(PipelineDiagnostics.CannotRead.With(path, e.Message.TrimEnd('.')), e);
        }
    }

    private static ImmutableArray<string> ReadLines(string path) =>
        [.. System.Text.Encoding.UTF8.GetString(ReadFile(path)).TrimStart('\uFEFF').Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd('\r'))];

    /// <summary>The executable with its symbols, which stand in a file of their own after stripping.</summary>
    /// <param name="request">Where the files are.</param>
    /// <param name="executable">The executable as shipped.</param>
    public static ElfFile WithSymbols(BuildRequest request, ElfFile executable) =>
        request.SymbolFile == request.Executable ? executable : executable.WithSymbolsOf(ElfFile.Read(ReadFile(request.SymbolFile), request.SymbolFile));

    private static SymbolListing ReadSymbols(BuildRequest request, ElfFile executable)
    {
        SymbolListing symbols = SymbolListing.From(WithSymbols(request, executable));
        return symbols.Symbols.IsEmpty ? throw new HotpatchException(BaselineDiagnostics.NoSymbols.With(request.SymbolFile)) : symbols;
    }

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

    private static ProgramAssembly ReadAssembly(string path)
    {
        byte[] image = ReadFile(path);
        string pdb = Path.ChangeExtension(path, ".pdb");
        return new ProgramAssembly(Path.GetFileNameWithoutExtension(path), ReadMvid(image, path), image, File.Exists(pdb) ? ReadFile(pdb) : default);
    }
}
