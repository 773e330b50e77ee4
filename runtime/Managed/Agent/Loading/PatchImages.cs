using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;
using HotpatchBuild.Agent.Switching;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Agent.Loading;

/// <summary>The patch assemblies of this process, and the assemblies with what they added, each in the load context of the code that it patches.</summary>
internal sealed class PatchImages
{
    private const string PatchPrefix = "HotpatchBuild.Patch.", AddedPrefix = "HotpatchBuild.Added.";

    private readonly Dictionary<(AssemblyLoadContext Context, string Name), (Assembly Assembly, string Hash)> loaded = [];
    private readonly HashSet<AssemblyLoadContext> contexts = [];

    /// <summary>True for an assembly that this class loads.</summary>
    internal static bool IsOurs(string? name) =>
        name is not null && (name.StartsWith(PatchPrefix, StringComparison.Ordinal) || name.StartsWith(AddedPrefix, StringComparison.Ordinal));

    /// <summary>Loads a module's patch assembly, or finds the one that is loaded already.</summary>
    /// <param name="plan">The module's part of a delta.</param>
    /// <param name="context">The load context of the module.</param>
    /// <returns>The assemblies with what it adds, and the patch assembly last.</returns>
    /// <exception cref="AgentException">An image can't be loaded, or another one is loaded under its name.</exception>
    internal IReadOnlyList<Assembly> Load(ModulePlan plan, AssemblyLoadContext context)
    {
        if (contexts.Add(context))
            context.Resolving += Find;
        // Added assemblies may refer to each other; nothing of them is bound before code of the patch is compiled.
        var result = new List<Assembly>();
        foreach (var added in plan.Added)
            result.Add(Load(added.Name, added.Image, context));
        result.Add(Load(plan.PatchAssembly, plan.Image, context));
        return result;
    }

    /// <summary>The patch assembly of a module whose images have been loaded.</summary>
    internal Assembly Loaded(ModulePlan plan, AssemblyLoadContext context)
    {
        lock (loaded)
            return loaded[(context, plan.PatchAssembly)].Assembly;
    }

    private Assembly Load(string name, byte[] image, AssemblyLoadContext context)
    {
        string hash = Convert.ToHexString(SHA256.HashData(image));
        lock (loaded)
        {
            if (loaded.TryGetValue((context, name), out var known))
                // Storage is one for all deltas: its initialiser, which has run, may be another delta's. Of a patch assembly every byte counts.
                return known.Hash == hash || name.StartsWith(AddedPrefix, StringComparison.Ordinal) ? known.Assembly : throw new AgentException(AgentError.CannotLoad, name, "Another image is loaded under this name.");
        }
        try
        {
            // With its symbols, so that traces of the new code have files and lines.
            using var symbols = EmbeddedSymbols.Of(image);
            var assembly = context.LoadFromStream(new MemoryStream(image, writable: false), symbols);
            lock (loaded)
                loaded[(context, name)] = (assembly, hash);
            return assembly;
        }
        catch (Exception e) when (e is BadImageFormatException or FileLoadException)
        {
            throw new AgentException(AgentError.CannotLoad, name, e.Message);
        }
    }

    // Called on any thread when the runtime does not find an assembly by itself, as in a context whose Load is overridden.
    private Assembly? Find(AssemblyLoadContext context, AssemblyName name)
    {
        if (!IsOurs(name.Name))
            return null;
        // A plug-in's new code may use what is new in an assembly of the program, which its own context does not have.
        lock (loaded)
            return loaded.GetValueOrDefault((context, name.Name!)).Assembly ?? loaded.GetValueOrDefault((AssemblyLoadContext.Default, name.Name!)).Assembly
                ?? loaded.FirstOrDefault(l => l.Key.Name == name.Name).Value.Assembly;
    }
}
