using System.Collections.Immutable;
using System.Text;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Native.Objects;
using HotpatchBuild.Compiler.Native.Synthesis;
using HotpatchBuild.Formats.Elf;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace HotpatchBuild.Tests.Unit.Support;

/// <summary>
/// A program compiled to native code without MSBuild: Roslyn in memory, then ILC and the linker with the arguments that the build of
/// <see cref="NativeSample"/> used. Each step is done once per content and kept.
/// </summary>
internal sealed class NativeProgram
{
    public const string Name = "App";

    /// <summary>The flags that the package sets where nothing is said.</summary>
    public static readonly ImmutableArray<string> PackageFlags = ["--codegenopt:JitEnableGuardedDevirtualization=0", "--root:App"];

    /// <summary>All layout flags that can be asked for.</summary>
    public static readonly ImmutableArray<string> AllFlags = ["--nopreinitstatics", "--noscan", "--root:App"];

    private static readonly NativeSample Sample = new();
    private static readonly Lazy<string[]> IlcArguments = new(() => File.ReadAllLines(Sample.IlcArgumentsPath));
    private static readonly Lazy<ImmutableArray<MetadataReference>> Framework = new(() =>
        [.. IlcArguments.Value.Where(a => a.StartsWith("-r:", StringComparison.Ordinal)).Select(a => MetadataReference.CreateFromFile(a[3..]))]);

    private readonly Lazy<string> _object, _executable;

    private NativeProgram(ProgramAssembly program, ImmutableArray<ProgramAssembly> others, ImmutableArray<string> flags)
    {
        Program = program;
        Others = others;
        Flags = flags;
        _object = new(CompileToObject);
        _executable = new(Link);
    }

    /// <summary>What its code is compiled against.</summary>
    public static ImmutableArray<MetadataReference> FrameworkReferences => Framework.Value;

    public ProgramAssembly Program { get; }

    /// <summary>Libraries of the program.</summary>
    public ImmutableArray<ProgramAssembly> Others { get; }

    public byte[] Assembly => Program.Image.ToArray();

    public byte[] Pdb => Program.Pdb.ToArray();

    public ImmutableArray<string> Flags { get; }

    public byte[] ObjectBytes => File.ReadAllBytes(Path.Combine(_object.Value, "App.o"));

    public byte[] MapBytes => File.ReadAllBytes(Path.Combine(_object.Value, "App.map.xml"));

    public byte[] ExecutableBytes => File.ReadAllBytes(ExecutablePath);

    /// <summary>The linked program, which runs.</summary>
    public string ExecutablePath => Path.Combine(_executable.Value, Name);

    /// <summary>What the package adds to the sources of every program: room for static fields.</summary>
    public static (string Path, string Text) ReservedStatics =>
        ("/obj/HotpatchStatics.cs", File.ReadAllText(Path.Combine(SampleCache.RepositoryRoot, "msbuild/Tasks/prepare/HotpatchStatics.cs")));

    /// <summary>What the package adds to the sources of every program: uses of the framework's types, for whose tables that makes room.</summary>
    public static (string Path, string Text) FrameworkLayouts =>
        ("/obj/HotpatchLayouts.cs", File.ReadAllText(Path.Combine(SampleCache.RepositoryRoot, "msbuild/Tasks/prepare/HotpatchLayouts.cs")));

    /// <summary>The sources of the sample program.</summary>
    public static string SampleSource => File.ReadAllText(Path.Combine(SampleCache.RepositoryRoot, "tests/Unit/Support/NativeSample/Program.cs"));

    public static NativeProgram Of(string source, ImmutableArray<string> flags = default) => Of([("/src/Program.cs", source)], flags);

    public static NativeProgram Of(IEnumerable<(string Path, string Text)> sources, ImmutableArray<string> flags = default)
    {
        const string usings = """
            global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http;
            global using System.Runtime.CompilerServices; global using System.Runtime.InteropServices; global using System.Threading; global using System.Threading.Tasks;
            """;
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var trees = sources.Append(("/src/Usings.cs", usings)).Select(s => CSharpSyntaxTree.ParseText(SourceText.From(s.Item2, Encoding.UTF8), options, s.Item1));
        var compilation = CSharpCompilation.Create(Name, trees, Framework.Value, new CSharpCompilationOptions(
            OutputKind.ConsoleApplication, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, deterministic: true, nullableContextOptions: NullableContextOptions.Enable));
        var (dll, pdb) = (new MemoryStream(), new MemoryStream());
        EmitResult result = compilation.Emit(dll, pdb, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb));
        Assert.True(result.Success, string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        return Of(new ProgramAssembly(Name, Guid.Empty, dll.ToArray(), pdb.ToArray()), [], flags.IsDefault ? AllFlags : flags);
    }

    /// <summary>A program that is compiled to IL already, with its libraries.</summary>
    public static NativeProgram Of(ProgramAssembly program, ImmutableArray<ProgramAssembly> others, ImmutableArray<string> flags) => new(program, others, flags);

    public IlcObject Read(Func<string, string>? rename = null) =>
        IlcObject.Read(ElfFile.Read(ObjectBytes, "App.o"), IlcMap.Read(MapBytes, "App.map.xml"), "App.o", rename ?? (n => n));

    /// <summary>As a build hands it to the comparison. Only a baseline needs to be <paramref name="linked"/>.</summary>
    public NativeBuild ToBuild(bool linked)
    {
        byte[] executable = linked ? ExecutableBytes : [];
        ElfFile? elf = linked ? ElfFile.Read(executable, Name) : null;
        return new NativeBuild
        {
            Assembly = Program,
            OtherAssemblies = Others,
            Object = ObjectBytes,
            Map = MapBytes,
            Executable = executable,
            Symbols = elf is null ? new SymbolListing([]) : SymbolListing.From(elf),
            BuildId = elf is null ? [] : [.. elf.BuildId.Span],
            CompilerArguments = [],
            IlcArguments = [],
            LinkerArguments = [],
            Linker = "gcc",
            IlcVersion = "9.0",
            Frameworks = [],
            LayoutFlags = Flags,
        };
    }

    private string CompileToObject() => Compile("program", Assembly, [.. Others.Select(o => new SyntheticAssembly(o.Name, o.Image))], Flags);

    /// <summary>Runs ILC on an assembly, and on those that it needs beside the framework's.</summary>
    /// <returns>The folder with App.o and App.map.xml.</returns>
    private static string Compile(string kind, ReadOnlyMemory<byte> assembly, IReadOnlyList<SyntheticAssembly> others, ImmutableArray<string> flags)
    {
        string[] arguments =
        [
            .. IlcArguments.Value.Skip(1).Where(a => a != "-g" && !a.StartsWith("-o:", StringComparison.Ordinal) && !a.StartsWith("--map:", StringComparison.Ordinal)
                && !a.StartsWith("--exportsfile:", StringComparison.Ordinal) && !a.StartsWith("--root:", StringComparison.Ordinal)
                && a is not ("--noscan" or "--nopreinitstatics") && !a.EndsWith("NativeSample.dll", StringComparison.Ordinal)),
            .. flags,
            .. others.Select(o => $"-r:{o.Name}.dll"),
        ];
        string ilc = IlcArguments.Value.First(a => a.EndsWith("/sdk/System.Private.CoreLib.dll", StringComparison.Ordinal))[3..].Replace("sdk/System.Private.CoreLib.dll", "tools/ilc", StringComparison.Ordinal);
        return SampleCache.Get(kind, [assembly.ToArray(), .. others.Select(o => o.Image.ToArray()), Encoding.UTF8.GetBytes(string.Join('\n', arguments))], folder =>
        {
            File.WriteAllBytes(Path.Combine(folder, "App.dll"), assembly.Span);
            foreach (SyntheticAssembly other in others)
                File.WriteAllBytes(Path.Combine(folder, other.Name + ".dll"), other.Image.Span);
            File.WriteAllLines(Path.Combine(folder, "ilc.rsp"), ["App.dll", "-o:App.o", "--map:App.map.xml", "--exportsfile:App.exports", .. arguments]);
            SampleCache.Run(folder, ilc, "@ilc.rsp");
        });
    }

    private string Link()
    {
        string objects = _object.Value;
        string[] arguments = [.. File.ReadAllLines(Sample.LinkArgumentsPath).Select(Argument)];
        return SampleCache.Get("linked", [File.ReadAllBytes(Path.Combine(objects, "App.o")), File.ReadAllBytes(Sample.ArenaPath), Encoding.UTF8.GetBytes(string.Join('\n', arguments))], folder =>
        {
            File.WriteAllLines(Path.Combine(folder, "link.rsp"), arguments);
            SampleCache.Run(folder, "gcc", "@link.rsp");
        });

        string Argument(string line)
        {
            if (line.EndsWith("/NativeSample.o\"", StringComparison.Ordinal))
                return Path.Combine(objects, "App.o");
            if (line.StartsWith("-o ", StringComparison.Ordinal))
                return "-o App";
            return line.Contains("--version-script=", StringComparison.Ordinal) ? $"-Wl,--version-script={objects}/App.exports" : line;
        }
    }

    /// <summary>ILC with the arguments of these programs.</summary>
    public sealed class Compiler(ImmutableArray<string> flags) : ISyntheticCompiler
    {
        public CompiledObject Compile(SyntheticProgram program)
        {
            string folder = NativeProgram.Compile("synthetic", program.Assemblies[0].Image, [.. program.Assemblies.Skip(1), .. program.Added], flags);
            return new CompiledObject(File.ReadAllBytes(Path.Combine(folder, "App.o")), File.ReadAllBytes(Path.Combine(folder, "App.map.xml")));
        }
    }
}
