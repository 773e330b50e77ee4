using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;
using HotpatchBuild.Contract;

namespace HotpatchBuild.Tasks;

/// <summary>
/// Where the engine lives: beside this assembly, with the SDK's own Roslyn, apart from whatever versions of the same libraries other
/// tasks of the build have loaded. One per Roslyn folder and build node, because a build node runs many projects.
/// </summary>
internal sealed class EngineLoadContext : AssemblyLoadContext
{
    private const string EngineAssembly = "HotpatchBuild.Compiler";
    private const string EngineType = "HotpatchBuild.Compiler.Pipeline.HotpatchEngine";
    private static readonly ConcurrentDictionary<string, Lazy<IHotpatchEngine>> Engines = new(StringComparer.Ordinal);
    private readonly string engineDirectory;
    private readonly string roslynDirectory;

    private EngineLoadContext(string engineDirectory, string roslynDirectory)
        : base("HotpatchBuild")
    {
        this.engineDirectory = engineDirectory;
        this.roslynDirectory = roslynDirectory;
    }

    /// <summary>The engine that works with one Roslyn.</summary>
    /// <param name="roslynDirectory">The SDK's folder of compiler assemblies.</param>
    public static IHotpatchEngine Engine(string roslynDirectory) =>
        Engines.GetOrAdd(roslynDirectory, directory => new Lazy<IHotpatchEngine>(() => Create(directory))).Value;

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == typeof(IHotpatchEngine).Assembly.GetName().Name)
            return typeof(IHotpatchEngine).Assembly;
        string directory = assemblyName.Name!.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal) ? roslynDirectory : engineDirectory;
        string path = Path.Combine(directory, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }

    private static IHotpatchEngine Create(string roslynDirectory)
    {
        string here = Path.GetDirectoryName(typeof(EngineLoadContext).Assembly.Location)!;
        var context = new EngineLoadContext(here, roslynDirectory);
        Assembly assembly = context.LoadFromAssemblyName(new AssemblyName(EngineAssembly));
        return (IHotpatchEngine)Activator.CreateInstance(assembly.GetType(EngineType, throwOnError: true)!)!;
    }
}
