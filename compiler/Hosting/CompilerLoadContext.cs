using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Hosting;

/// <summary>
/// The load context in which HotpatchBuild.Compiler runs on the SDK's own Roslyn. A build must be reproduced by the very compiler that
/// made it: another version of Roslyn gives another binary. So HotpatchBuild.Compiler is compiled against the oldest version that will do,
/// and bound here to the version in the SDK's <c>Roslyn/bincore</c>.
/// <para>
/// Crossing the boundary: the caller (a build task, a test) references HotpatchBuild.Hosting and HotpatchBuild.Formats only, and never
/// HotpatchBuild.Compiler. Both contract assemblies are shared with the context, so their types, <see cref="HotpatchException"/> among
/// them, are the same on both sides. The caller asks <see cref="Create"/> for an implementation of an interface of HotpatchBuild.Hosting;
/// arguments and results are types of the framework or of the contract assemblies. No type of Roslyn crosses.
/// </para>
/// </summary>
public sealed class CompilerLoadContext : AssemblyLoadContext
{
    /// <summary>The version that HotpatchBuild.Compiler is compiled against; the runtime binds to it or to a later one.</summary>
    private static readonly Version LeastRoslyn = new(4, 14, 0, 0);

    private static readonly ConcurrentDictionary<(string Roslyn, string Compiler), CompilerLoadContext> Contexts = new();
    private static readonly string FrameworkFolder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
    private static readonly Assembly[] Contracts = [typeof(CompilerLoadContext).Assembly, typeof(HotpatchException).Assembly];

    private readonly string _roslynFolder;
    private readonly string _compilerFolder;

    private CompilerLoadContext(string roslynFolder, string compilerFolder)
        : base("HotpatchBuild.Compiler", isCollectible: false)
    {
        _roslynFolder = roslynFolder;
        _compilerFolder = compilerFolder;
    }

    /// <summary>The context for one compiler; a process keeps it, so that a later build in a reused build node finds it warm.</summary>
    /// <param name="roslynFolder">The SDK's <c>$(RoslynTargetsPath)/bincore</c>.</param>
    /// <param name="compilerFolder">Where HotpatchBuild.Compiler.dll and the libraries it came with are.</param>
    public static CompilerLoadContext For(string roslynFolder, string compilerFolder)
    {
        (string Roslyn, string Compiler) key = (Path.GetFullPath(roslynFolder), Path.GetFullPath(compilerFolder));
        Require(key.Compiler, "HotpatchBuild.Compiler.dll");
        Require(key.Roslyn, "Microsoft.CodeAnalysis.dll");
        Version found = AssemblyName.GetAssemblyName(Require(key.Roslyn, "Microsoft.CodeAnalysis.CSharp.dll")).Version ?? new Version();
        if (found < LeastRoslyn)
            throw new HotpatchException(HostingDiagnostics.CompilerTooOld.With(found.ToString(3), LeastRoslyn.ToString(3)));
        return Contexts.GetOrAdd(key, static key => new CompilerLoadContext(key.Roslyn, key.Compiler));
    }

    /// <summary>Makes the implementation of a contract.</summary>
    /// <typeparam name="TContract">An interface of a contract assembly.</typeparam>
    /// <param name="typeName">Full name of a public class with a constructor without parameters.</param>
    /// <param name="assembly">Its assembly, in the folder of HotpatchBuild.Compiler.</param>
    public TContract Create<TContract>(string typeName, string assembly = "HotpatchBuild.Compiler")
        where TContract : class
    {
        // A plug-in is created by name: the one place where reflection is the contract.
        Assembly implementation = LoadFromAssemblyName(new AssemblyName(assembly));
        return (TContract)Activator.CreateInstance(implementation.GetType(typeName, throwOnError: true)!)!;
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string name = assemblyName.Name!;
        if (Contracts.FirstOrDefault(contract => contract.GetName().Name == name) is { } contract)
            return contract;
        string culture = assemblyName.CultureName ?? "";
        if (name == "Microsoft.CodeAnalysis" || name.StartsWith("Microsoft.CodeAnalysis.", StringComparison.Ordinal))
            return LoadIfThere(Path.Combine(_roslynFolder, culture, name + ".dll"));
        // What the runtime brings is newer than any copy that came with a package.
        return File.Exists(Path.Combine(FrameworkFolder, name + ".dll")) ? null : LoadIfThere(Path.Combine(_compilerFolder, culture, name + ".dll"));
    }

    private Assembly? LoadIfThere(string path) => File.Exists(path) ? LoadFromAssemblyPath(path) : null;

    private static string Require(string folder, string file)
    {
        string path = Path.Combine(folder, file);
        return File.Exists(path) ? path : throw new HotpatchException(HostingDiagnostics.CompilerNotFound.With(folder, file));
    }
}
