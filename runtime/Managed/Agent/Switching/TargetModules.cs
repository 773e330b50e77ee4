using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.Loader;
using HotpatchBuild.Agent.Loading;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Agent.Switching;

/// <summary>The loaded assemblies of this process, as far as a delta could change them.</summary>
internal static class TargetModules
{
    private static readonly string[] frameworkPrefixes = ["System.", "Microsoft.", "mscorlib", "netstandard", "WindowsBase", "HotpatchBuild.Agent"];

    /// <summary>Every assembly that a module plan is for: the same one can be loaded into several contexts.</summary>
    internal static IReadOnlyList<Assembly> Find(ModulePlan plan) => [.. AppDomain.CurrentDomain.GetAssemblies().Where(a => IsTarget(a, plan))];

    /// <summary>True when a module plan is for this assembly.</summary>
    internal static bool IsTarget(Assembly assembly, ModulePlan plan) =>
        !assembly.IsDynamic && assembly.GetName().Name == plan.Assembly && assembly.ManifestModule.ModuleVersionId == plan.Mvid;

    /// <summary>The assemblies that are not the framework's.</summary>
    internal static IReadOnlyList<LoadedAssembly> List()
    {
        var result = new List<LoadedAssembly>();
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            if (assembly.IsDynamic || assembly.GetName().Name is not { } name || IsFramework(name) || PatchImages.IsOurs(name))
                continue;
            result.Add(new LoadedAssembly(name, assembly.ManifestModule.ModuleVersionId, ContextOf(assembly).Name ?? "", assembly.IsCollectible));
        }
        return result;
    }

    /// <summary>The load context of an assembly.</summary>
    internal static AssemblyLoadContext ContextOf(Assembly assembly) => AssemblyLoadContext.GetLoadContext(assembly) ?? AssemblyLoadContext.Default;

    /// <summary>True for an assembly of the framework, and for the agent.</summary>
    internal static bool IsFramework(Assembly assembly) => assembly.GetName().Name is { } name && IsFramework(name);

    private static bool IsFramework(string name) =>
        name == "System" || Array.Exists(frameworkPrefixes, p => name.StartsWith(p, StringComparison.Ordinal));
}
