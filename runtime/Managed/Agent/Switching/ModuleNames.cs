using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using HotpatchBuild.Agent.Loading;

namespace HotpatchBuild.Agent.Switching;

/// <summary>The way back from the runtime's ids to names.</summary>
internal sealed class ModuleNames
{
    private const int FirstMethod = 0x06000001;

    private readonly Dictionary<nint, Module> modules = [];

    /// <summary>Reads what is loaded now.</summary>
    internal ModuleNames()
    {
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
            if (!assembly.IsDynamic && !TargetModules.IsFramework(assembly) && IdOf(assembly.ManifestModule) is var id && id != 0)
                modules[id] = assembly.ManifestModule;
    }

    /// <summary>The definition of a method of user code; null for another one.</summary>
    internal MethodBase? Find(MethodKey key) => modules.TryGetValue(key.Module, out var module) ? module.ResolveMethod(key.Token) : null;

    /// <summary>The ModuleID of a module; 0 when it has no method that tells.</summary>
    private static nint IdOf(Module module)
    {
        try
        {
            return module.ResolveMethod(FirstMethod) is { } method ? Profiler.Locate(method).Module : 0;
        }
        catch (Exception e) when (e is ArgumentException or AgentException || HolderPreparation.IsBinding(e))
        {
            return 0;
        }
    }

    /// <summary>A method as C# has it: type, name, types of parameters.</summary>
    internal static string Describe(MethodBase method)
    {
        string type = method.DeclaringType is { } declaring ? (declaring.FullName ?? declaring.Name).Replace('+', '.') + "." : "";
        return type + method.Name + "(" + string.Join(", ", method.GetParameters().Select(p => p.ParameterType.Name)) + ")";
    }
}
