using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;

namespace HotpatchBuild.Compiler.Compilations;

/// <summary>
/// Loads source generators: one load context per folder, as csc does, so that two generators may bring different versions of a library,
/// bound to the Roslyn that runs here. The contexts are collectible and belong to one build: a generator that is itself a project of the
/// solution may be another at the next build in the same process.
/// </summary>
public sealed class GeneratorAssemblies : IAnalyzerAssemblyLoader, IDisposable
{
    /// <summary>
    /// What this process has loaded from which path. The runtime keeps an image by its path: a file that was replaced would load as it
    /// was before, in a new context too.
    /// </summary>
    private static readonly ConcurrentDictionary<string, Guid> LoadedBefore = new(StringComparer.Ordinal);

    private readonly Dictionary<string, FolderContext> _contexts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _locations = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public void AddDependencyLocation(string fullPath)
    {
        lock (_gate)
        {
            string name = Path.GetFileNameWithoutExtension(fullPath);
            if (!_locations.TryGetValue(name, out List<string>? paths))
                _locations[name] = paths = [];
            if (!paths.Contains(fullPath))
                paths.Add(fullPath);
        }
    }

    /// <inheritdoc/>
    public Assembly LoadFromPath(string fullPath)
    {
        string folder = Path.GetDirectoryName(fullPath)!;
        lock (_gate)
        {
            if (!_contexts.TryGetValue(folder, out FolderContext? context))
                _contexts[folder] = context = new FolderContext(folder, this);
            return context.LoadAsItIs(fullPath);
        }
    }

    /// <summary>Lets go of all generators; they are unloaded when nothing uses them any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (FolderContext context in _contexts.Values)
                context.Unload();
            _contexts.Clear();
        }
    }

    /// <summary>A library that stands in another generator's folder.</summary>
    private string? FindElsewhere(string name)
    {
        lock (_gate)
            return _locations.TryGetValue(name, out List<string>? paths) ? paths.FirstOrDefault(File.Exists) : null;
    }

    private sealed class FolderContext(string folder, GeneratorAssemblies owner) : AssemblyLoadContext("generators in " + folder, isCollectible: true)
    {
        private static readonly Assembly Roslyn = typeof(Compilation).Assembly;
        private static readonly AssemblyLoadContext RoslynContext = GetLoadContext(Roslyn)!;
        private static readonly string FrameworkFolder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

        internal Assembly LoadAsItIs(string path)
        {
            byte[] content = File.ReadAllBytes(path);
            Guid mvid = ReadMvid(content);
            if (LoadedBefore.GetOrAdd(path, mvid) == mvid)
                return LoadFromAssemblyPath(path);
            return Assemblies.FirstOrDefault(loaded => loaded.ManifestModule.ModuleVersionId == mvid) ?? LoadFromStream(new MemoryStream(content));
        }

        private static Guid ReadMvid(byte[] assembly)
        {
            using PEReader reader = new(ImmutableCollectionsMarshal.AsImmutableArray(assembly));
            MetadataReader metadata = reader.GetMetadataReader();
            return metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
        }

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            string name = assemblyName.Name!;
            string culture = assemblyName.CultureName ?? "";
            // The compiler's own assemblies, whose types the generator and the compiler exchange, and what the runtime brings.
            if (culture.Length == 0 && IsCompilers(name))
                return RoslynContext.LoadFromAssemblyName(new AssemblyName(name));
            string besides = Path.Combine(folder, culture, name + ".dll");
            if (File.Exists(besides))
                return LoadAsItIs(besides);
            return culture.Length == 0 && !File.Exists(Path.Combine(FrameworkFolder, name + ".dll")) && owner.FindElsewhere(name) is { } elsewhere
                ? LoadAsItIs(elsewhere)
                : null;
        }

        private static bool IsCompilers(string name) =>
            name is "Microsoft.CodeAnalysis" or "Microsoft.CodeAnalysis.CSharp" or "System.Collections.Immutable" or "System.Reflection.Metadata";
    }
}
