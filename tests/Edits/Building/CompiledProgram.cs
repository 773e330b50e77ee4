using System.Collections.Immutable;
using System.Text;
using HotpatchBuild.Compiler.Baselines;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace HotpatchBuild.Tests.Edits.Building;

/// <summary>A program as the C# compiler made it: optimised, deterministic, with portable symbols.</summary>
/// <param name="Program">The program's assembly, <c>App</c>.</param>
/// <param name="Library">The library's, <c>Lib</c>; null when there is none.</param>
internal sealed record CompiledProgram(ProgramAssembly Program, ProgramAssembly? Library)
{
    public const string ProgramName = "App", LibraryName = "Lib";

    /// <summary>Defined when the program takes texts.</summary>
    public const string TakesText = "SCENARIO_TAKES_TEXT";

    // What the SDK gives a console program with ImplicitUsings.
    private const string Usings = """
        global using global::System;
        global using global::System.Collections.Generic;
        global using global::System.IO;
        global using global::System.Linq;
        global using global::System.Net.Http;
        global using global::System.Threading;
        global using global::System.Threading.Tasks;
        """;

    /// <summary>The program's assembly and the library's, where there is one.</summary>
    public ImmutableArray<ProgramAssembly> Assemblies => Library is null ? [Program] : [Program, Library];

    /// <summary>Compiles a program.</summary>
    /// <param name="sources">Its sources.</param>
    /// <param name="takesText">True when the driver calls Scenario.On; the same before and after an edit.</param>
    /// <param name="framework">The assemblies that it is compiled against.</param>
    /// <param name="added">Files that are compiled into the program beside its own.</param>
    public static CompiledProgram Of(ProgramSources sources, bool takesText, IReadOnlyList<MetadataReference> framework, IEnumerable<(string Path, string Text)> added)
    {
        List<(string, string)> libraryFiles = [.. sources.Library];
        ProgramAssembly? library = libraryFiles.Count == 0 ? null : Compile(LibraryName, libraryFiles, framework, [], OutputKind.DynamicallyLinkedLibrary);
        IEnumerable<MetadataReference> references = library is null ? framework : framework.Append(MetadataReference.CreateFromImage(library.Image.ToArray()));
        return new CompiledProgram(
            Compile(ProgramName, sources.Program.Concat(added), references, takesText ? [TakesText] : [], OutputKind.ConsoleApplication), library);
    }

    /// <summary>True when the program's class Scenario has a method On.</summary>
    public static bool HasOn(ProgramSources sources) => sources.Program.Any(file => CSharpSyntaxTree.ParseText(file.Text).GetRoot().DescendantNodes()
        .OfType<MethodDeclarationSyntax>().Any(method => method.Identifier.Text == "On" && method.Parent is ClassDeclarationSyntax { Identifier.Text: "Scenario" }));

    private static ProgramAssembly Compile(
        string name, IEnumerable<(string Path, string Text)> files, IEnumerable<MetadataReference> references, IEnumerable<string> symbols, OutputKind kind)
    {
        var options = new CSharpParseOptions(LanguageVersion.CSharp13, preprocessorSymbols: symbols);
        IEnumerable<SyntaxTree> trees = files.Append(("Usings.cs", Usings))
            .Select(file => CSharpSyntaxTree.ParseText(SourceText.From(file.Item2, Encoding.UTF8), options, "/src/" + file.Item1));
        var compilation = CSharpCompilation.Create(name, trees, references, new CSharpCompilationOptions(
            kind, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, deterministic: true, nullableContextOptions: NullableContextOptions.Enable));
        var (image, pdb) = (new MemoryStream(), new MemoryStream());
        EmitResult result = compilation.Emit(image, pdb, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb));
        if (!result.Success)
            throw new InvalidDataException($"{name} does not compile:\n{string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error))}");
        ModuleMetadata module = ModuleMetadata.CreateFromImage(image.ToArray());
        return new ProgramAssembly(name, module.GetModuleVersionId(), image.ToArray(), pdb.ToArray());
    }
}
