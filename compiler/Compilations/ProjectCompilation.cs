using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using HotpatchBuild.Formats.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace HotpatchBuild.Compiler.Compilations;

/// <summary>
/// One project compiled in this process as csc would from the same command line: the same bytes come out. The order of steps and the
/// choices in each are those of Roslyn's CommonCompiler.cs and CSharpCompiler.cs (src/Compilers/…/CommandLine).
/// </summary>
public sealed class ProjectCompilation : IDisposable
{
    private readonly CompilerArguments _recorded;
    private readonly CSharpCommandLineArguments _arguments;
    private readonly CompilationInputs _inputs;
    private readonly SourceDecoder _decoder;
    private readonly SourceFileResolver _sourceResolver;
    private readonly ImmutableArray<EmbeddedText> _embedded;
    private readonly DirectoryInfo? _keyFolder;

    private ProjectCompilation(CompilerArguments recorded, ISourceProvider sources, GeneratorAssemblies generators, CancellationToken cancellation)
    {
        _recorded = recorded;
        _arguments = ParsedArguments.Parse(recorded);
        _inputs = new CompilationInputs(sources, recorded.BaseDirectory);
        _decoder = new SourceDecoder(_arguments.Encoding, _arguments.ChecksumAlgorithm);
        _sourceResolver = new SourceFileResolver([], recorded.BaseDirectory, _arguments.PathMap);

        AnalyzerConfigs configs = AnalyzerConfigs.Read(_arguments, _inputs, cancellation);
        ImmutableArray<SyntaxTree> trees = ParseSources(cancellation, out ImmutableArray<CompiledSource> compiled);
        Sources = compiled;
        ImmutableArray<MetadataReference> references = ResolveReferences(cancellation);
        References = [.. references.OfType<PortableExecutableReference>().Select(Identify)];
        CSharpCompilationOptions options = Severities.WithoutWarningsAsErrors(_arguments.CompilationOptions)
            .WithAssemblyIdentityComparer(DesktopAssemblyIdentityComparer.Default)
            .WithXmlReferenceResolver(new InputXmlResolver(_inputs, cancellation))
            .WithStrongNameProvider(new DesktopStrongNameProvider(_arguments.KeyFileSearchPaths))
            .WithSourceReferenceResolver(_sourceResolver)
            .WithSyntaxTreeOptionsProvider(configs.ForTrees(trees));
        options = WithKeyFile(options, cancellation, out _keyFolder);
        try
        {
            CSharpCompilation written = CSharpCompilation.Create(_arguments.CompilationName, trees, references, options);
            Compilation = RunGenerators(written, generators, configs, cancellation);
            GeneratedTrees = [.. Compilation.SyntaxTrees.Skip(trees.Length)];
            _embedded = [.. EmbedSources(trees, cancellation), .. GeneratedTrees.Select(EmbedGenerated)];
        }
        catch
        {
            // Nobody gets this object to dispose of, and a signing key must not stay behind.
            Dispose();
            throw;
        }
    }

    /// <summary>The compilation with what the generators added.</summary>
    public CSharpCompilation Compilation { get; }

    /// <summary>The trees that generators added.</summary>
    public ImmutableArray<SyntaxTree> GeneratedTrees { get; }

    /// <summary>The source files of the command line, in its order.</summary>
    public ImmutableArray<CompiledSource> Sources { get; }

    /// <summary>The referenced assemblies, in the order of the command line.</summary>
    public ImmutableArray<CompiledReference> References { get; }

    /// <summary>Reads and parses all sources and runs the generators.</summary>
    /// <param name="arguments">The recorded command line.</param>
    /// <param name="sources">Where the files come from.</param>
    /// <param name="generators">The loaded generators, which several compilations of a build share.</param>
    /// <param name="cancellation">Ends it.</param>
    public static ProjectCompilation Create(
        CompilerArguments arguments, ISourceProvider sources, GeneratorAssemblies generators, CancellationToken cancellation = default) =>
        new(arguments, sources, generators, cancellation);

    /// <summary>Compiles.</summary>
    /// <param name="cancellation">Ends it.</param>
    public CompilationOutput Emit(CancellationToken cancellation = default)
    {
        bool wantsPdbFile = _arguments.EmitPdb && _arguments.EmitOptions.DebugInformationFormat != DebugInformationFormat.Embedded;
        using MemoryStream assembly = new();
        using MemoryStream? symbols = wantsPdbFile ? new MemoryStream() : null;
        using MemoryStream? reference = _arguments.OutputRefFilePath is null ? null : new MemoryStream();
        using MemoryStream? documentation = _arguments.DocumentationPath is null ? null : new MemoryStream();
        using Stream? win32Resources = OpenWin32Resources(cancellation);
        using Stream? sourceLink = _inputs.OpenOptional(_arguments.SourceLink, cancellation);
        EmitResult result = Compilation.Emit(
            assembly, symbols, documentation, win32Resources, ResourceArguments.Read(_recorded, _inputs, cancellation), EmitOptions(),
            debugEntryPoint: null, sourceLink, _embedded, reference, cancellation);
        if (!result.Success)
            throw Explain(result.Diagnostics);
        return new CompilationOutput(
            _inputs.SourcesName, assembly.ToArray(), symbols?.ToArray(), reference?.ToArray(), documentation?.ToArray(),
            [.. result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Warning && !diagnostic.IsSuppressed)
                .Select(warning => new CompilerMessage(warning.Id, warning.GetMessage(), Locate(warning)))]);
    }

    /// <summary>Removes the copy of a signing key, where one was made.</summary>
    public void Dispose() => _keyFolder?.Delete(recursive: true);

    private ImmutableArray<SyntaxTree> ParseSources(CancellationToken cancellation, out ImmutableArray<CompiledSource> compiled)
    {
        HashSet<string> embedded = [.. _arguments.EmbeddedFiles.Select(file => file.Path)];
        // csc warns of a file that is named twice and takes it once, whatever the case of its letters.
        HashSet<string> unique = new(StringComparer.OrdinalIgnoreCase);
        CommandLineSourceFile[] files = [.. _arguments.SourceFiles.Where(file => unique.Add(file.Path))];
        SyntaxTree[] trees = new SyntaxTree[files.Length];
        CompiledSource[] facts = new CompiledSource[files.Length];
        // Reading is one after another (git answers in order), parsing is not.
        byte[][] contents = [.. files.Select(file => _inputs.Require(file.Path, cancellation))];
        Parallel.For(0, files.Length, new ParallelOptions { CancellationToken = cancellation }, index =>
        {
            string path = files[index].Path;
            SourceText text = _decoder.Decode(path, contents[index], embedded.Contains(path));
            trees[index] = SyntaxFactory.ParseSyntaxTree(text, _arguments.ParseOptions, path, cancellation);
            facts[index] = new CompiledSource(path, Convert.ToHexStringLower(SHA256.HashData(contents[index])));
        });
        compiled = [.. facts];
        return [.. trees];
    }

    private ImmutableArray<MetadataReference> ResolveReferences(CancellationToken cancellation)
    {
        ImmutableArray<MetadataReference> references =
            [.. _arguments.ResolveMetadataReferences(new InputReferenceResolver(_inputs, _arguments.ReferencePaths, cancellation))];
        return references.OfType<UnresolvedMetadataReference>().FirstOrDefault() is { } missing
            ? throw new HotpatchException(BuildDiagnostics.ReferenceMissing.With(missing.Reference))
            : references;
    }

    private static CompiledReference Identify(PortableExecutableReference reference)
    {
        try
        {
            Guid mvid = reference.GetMetadata() switch
            {
                AssemblyMetadata assembly => assembly.GetModules()[0].GetModuleVersionId(),
                ModuleMetadata module => module.GetModuleVersionId(),
                _ => default,
            };
            return new CompiledReference(reference.FilePath ?? "", mvid);
        }
        catch (Exception exception) when (exception is BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            throw new HotpatchException(BuildDiagnostics.ReferenceMissing.With(reference.FilePath), exception);
        }
    }

    /// <summary>The signing code reads the key from disk: one that comes from git objects is put into a folder that only this user can read.</summary>
    private CSharpCompilationOptions WithKeyFile(CSharpCompilationOptions options, CancellationToken cancellation, out DirectoryInfo? keyFolder)
    {
        keyFolder = null;
        if (options.CryptoKeyFile is not { } key || _inputs.IsFromDisk(key))
            return options;
        byte[] content = _inputs.Require(key, cancellation);
        keyFolder = Directory.CreateTempSubdirectory("hotpatch-key-");
        string copy = Path.Combine(keyFolder.FullName, "key.snk");
        File.WriteAllBytes(copy, content);
        return options.WithCryptoKeyFile(copy);
    }

    private CSharpCompilation RunGenerators(
        CSharpCompilation written, GeneratorAssemblies assemblies, AnalyzerConfigs configs, CancellationToken cancellation)
    {
        List<ISourceGenerator> generators = [.. _arguments.AnalyzerReferences.SelectMany(reference => LoadGenerators(_inputs.ToAbsolute(reference.FilePath), assemblies))];
        if (generators.Count == 0)
            return written;
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            generators,
            _arguments.AdditionalFiles.Select(file => new InputAdditionalText(file.Path, _inputs, _decoder)),
            _arguments.ParseOptions,
            configs,
            new GeneratorDriverOptions(
                IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: false,
                baseDirectory: _arguments.GeneratedFilesOutputDirectory ?? _arguments.OutputDirectory));
        driver = driver.RunGeneratorsAndUpdateCompilation(written, out Compilation complete, out _, cancellation);
        // csc only warns of a generator that throws (CS8784, CS8785); its output would be missing here.
        return driver.GetRunResult().Results.FirstOrDefault(result => result.Exception is not null) is { Exception: { } exception } failed
            ? throw new HotpatchException(
                BuildDiagnostics.GeneratorFailed.With(failed.Generator.GetGeneratorType().FullName, $"{exception.GetType().Name}: {exception.Message}"), exception)
            : (CSharpCompilation)complete;
    }

    private static ImmutableArray<ISourceGenerator> LoadGenerators(string path, GeneratorAssemblies assemblies)
    {
        ConcurrentQueue<AnalyzerLoadFailureEventArgs> failures = [];
        AnalyzerFileReference reference = new(path, assemblies);
        reference.AnalyzerLoadFailed += (_, failure) => failures.Enqueue(failure);
        assemblies.AddDependencyLocation(path);
        ImmutableArray<ISourceGenerator> generators = reference.GetGenerators(LanguageNames.CSharp);
        // Most analyzer assemblies have no generator in them: that is no failure.
        return failures.FirstOrDefault(failure => failure.ErrorCode != AnalyzerLoadFailureEventArgs.FailureErrorCode.NoAnalyzers) is { } failed
            ? throw new HotpatchException(BuildDiagnostics.GeneratorFailed.With(failed.TypeName ?? Path.GetFileName(path), failed.Message), failed.Exception)
            : generators;
    }

    /// <summary><c>/embed</c>: the named files, and what <c>#line</c> in them leads to.</summary>
    private List<EmbeddedText> EmbedSources(ImmutableArray<SyntaxTree> trees, CancellationToken cancellation)
    {
        List<string> paths = [.. _arguments.EmbeddedFiles.Select(file => file.Path).Distinct()];
        HashSet<string> named = [.. paths];
        Dictionary<string, SyntaxTree> embedded = trees.Where(tree => named.Contains(tree.FilePath)).ToDictionary(tree => tree.FilePath);
        foreach (SyntaxTree tree in embedded.Values)
            foreach (LineDirectiveTriviaSyntax line in tree.GetRoot(cancellation)
                         .DescendantNodes(node => node.ContainsDirectives, descendIntoTrivia: true).OfType<LineDirectiveTriviaSyntax>())
                if (line.IsActive && line.File.Value is string file && _sourceResolver.ResolveReference(file, tree.FilePath) is { } resolved && named.Add(resolved))
                    paths.Add(resolved);
        return
        [
            .. paths.Select(path => embedded.TryGetValue(path, out SyntaxTree? tree)
                ? EmbeddedText.FromSource(path, tree.GetText(cancellation))
                : EmbeddedText.FromBytes(path, _inputs.Require(path, cancellation), _arguments.ChecksumAlgorithm)),
        ];
    }

    /// <summary>A generator chooses its text's checksum algorithm, the PDB has the command line's.</summary>
    private EmbeddedText EmbedGenerated(SyntaxTree tree)
    {
        SourceText text = tree.GetText();
        return EmbeddedText.FromSource(
            tree.FilePath,
            text.ChecksumAlgorithm == _arguments.ChecksumAlgorithm ? text : SourceText.From(text.ToString(), text.Encoding, _arguments.ChecksumAlgorithm));
    }

    /// <summary>
    /// Not WithFallbackSourceFileEncoding: csc sets it too late, after the module builder has its options, and the PDB that it writes
    /// does not name the encoding (measured with Roslyn 5.9 and a source in Latin-1).
    /// </summary>
    private EmitOptions EmitOptions()
    {
        string name = _arguments.OutputFileName!;
        string pdb = _sourceResolver.NormalizePath(_arguments.GetPdbFilePath(name), baseFilePath: null) ?? _arguments.GetPdbFilePath(name);
        return _arguments.EmitOptions
            .WithOutputNameOverride(name)
            .WithPdbFilePath(_arguments.ParseOptions.Features.ContainsKey("pdb-path-determinism") ? Path.GetFileName(pdb) : pdb);
    }

    private Stream? OpenWin32Resources(CancellationToken cancellation)
    {
        if (_arguments.Win32ResourceFile is { } compiled)
            return _inputs.OpenOptional(compiled, cancellation);
        using Stream? manifest = _arguments.CompilationOptions.OutputKind == OutputKind.NetModule ? null : _inputs.OpenOptional(_arguments.Win32Manifest, cancellation);
        using Stream? icon = _inputs.OpenOptional(_arguments.Win32Icon, cancellation);
        return Compilation.CreateDefaultWin32Resources(versionResource: true, _arguments.NoWin32Manifest, manifest, icon);
    }

    private HotpatchException Explain(ImmutableArray<Diagnostic> diagnostics)
    {
        ImmutableArray<Diagnostic> errors = [.. diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)];
        Diagnostic first = errors.OrderBy(error => error.Location.GetMappedLineSpan().Path, StringComparer.Ordinal).ThenBy(error => error.Location.SourceSpan.Start).First();
        return new HotpatchException(BuildDiagnostics.DoesNotCompile.At(
            Locate(first), _inputs.SourcesName, $"{first.Id}: {first.GetMessage().TrimEnd('.')}", errors.Length));
    }

    private static SourceLocation? Locate(Diagnostic diagnostic)
    {
        FileLinePositionSpan span = diagnostic.Location.GetMappedLineSpan();
        return span.IsValid
            ? new SourceLocation(
                span.Path, span.StartLinePosition.Line + 1, span.StartLinePosition.Character + 1, span.EndLinePosition.Line + 1, span.EndLinePosition.Character + 1)
            : null;
    }
}
