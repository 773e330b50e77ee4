using System.Reflection;
using System.Runtime.Loader;
using Gauntlet.Library;

namespace Gauntlet;

/// <summary>A context of its own for a plug-in; the library is the program's.</summary>
public sealed class PluginContext(string name, bool collectible = false) : AssemblyLoadContext(name, collectible)
{
    /// <summary>Loaded on demand, and not unloaded again.</summary>
    public static IPlugin Collectible { get; set; }

    public static IPlugin Load(string name, bool collectible = false)
    {
        Assembly assembly = new PluginContext(name, collectible).LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, "Gauntlet.Plugin.dll"));
        return (IPlugin)Activator.CreateInstance(assembly.GetType("Gauntlet.Plugin.Greeter")!)!;
    }

    protected override Assembly Load(AssemblyName assemblyName) => null;
}
