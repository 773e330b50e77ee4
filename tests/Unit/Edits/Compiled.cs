using System.Text;
using HotpatchBuild.Compiler.Edits;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace HotpatchBuild.Tests.Unit.Edits;

/// <summary>Compiles snippets in memory, optimised, with portable symbols.</summary>
internal static class Compiled
{
    private const string Usings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http;
        global using System.Runtime.CompilerServices; global using System.Runtime.InteropServices; global using System.Threading; global using System.Threading.Tasks;
        """;

    private static readonly IReadOnlyList<MetadataReference> Framework =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll" or "mscorlib.dll" or "Microsoft.Win32.Primitives.dll"))
            .Select(p => MetadataReference.CreateFromFile(p))];

    /// <summary>Compiles one file.</summary>
    public static AssemblyRevision From(string source, bool program = false) => From([("/src/Code.cs", source)], program);

    /// <summary>Compiles files, given by path and text.</summary>
    public static AssemblyRevision From(IEnumerable<(string Path, string Text)> sources, bool program = false, string name = "App",
        DebugInformationFormat symbols = DebugInformationFormat.PortablePdb, IEnumerable<ResourceDescription>? resources = null, IEnumerable<MetadataReference>? references = null)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var trees = sources.Append(("/src/Usings.cs", Usings))
            .Select(s => CSharpSyntaxTree.ParseText(SourceText.From(s.Item2, Encoding.UTF8), options, s.Item1));
        var compilation = CSharpCompilation.Create(name, trees, [.. Framework, .. references ?? []], new CSharpCompilationOptions(
            program ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release,
            allowUnsafe: true, deterministic: true, nullableContextOptions: NullableContextOptions.Enable));
        var (dll, pdb) = (new MemoryStream(), new MemoryStream());
        bool embedded = symbols == DebugInformationFormat.Embedded;
        var result = compilation.Emit(dll, embedded ? null : pdb, manifestResources: resources, options: new EmitOptions(debugInformationFormat: symbols));
        Assert.True(result.Success, string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        return new AssemblyRevision(dll.ToArray(), embedded ? null : pdb.ToArray());
    }
}
