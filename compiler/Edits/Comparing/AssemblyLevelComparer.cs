using System.Globalization;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Compares what belongs to no type: references, resources, entry point, assembly attributes.</summary>
internal static class AssemblyLevelComparer
{
    /// <summary>Runs the phase.</summary>
    public static void Run(Comparison comparison)
    {
        var (old, @new) = (comparison.Match.Old.Module, comparison.Match.New.Module);
        Kind(old, @new, comparison);
        References(old, @new, comparison);
        Resources(old, @new, comparison);
        EntryPoint(old, @new, comparison);
        Forwards(old, @new, comparison);

        var attributes = AttributeComparer.Difference(old.Assembly, @new.Assembly, comparison.Match.OldText, comparison.Match.NewText);
        if (attributes is null) return;
        comparison.Assembly(EditKind.AttributeChanged, @new.Assembly.Name.Name, noOp: true, attributes);
        comparison.Warn(EditDiagnostics.AttributeChanged, null, @new.Assembly.Name.Name, attributes);
    }

    private static void Kind(ModuleDefinition old, ModuleDefinition @new, Comparison comparison)
    {
        if (old.EntryPoint is null != @new.EntryPoint is null)
            comparison.Refuse(EditDiagnostics.OutputKind, null, @new.Assembly.Name.Name, old.EntryPoint is null ? "a library" : "a program");
    }

    private static void References(ModuleDefinition old, ModuleDefinition @new, Comparison comparison)
    {
        var before = old.AssemblyReferences.GroupBy(r => r.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Version, StringComparer.Ordinal);
        var after = @new.AssemblyReferences.GroupBy(r => r.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Version, StringComparer.Ordinal);
        foreach (var (name, version) in after.OrderBy(r => r.Key, StringComparer.Ordinal))
        {
            if (!before.TryGetValue(name, out var oldVersion))
            {
                bool loadable = IsFramework(name) || comparison.Policy.Loadable.Contains(name);
                comparison.Assembly(EditKind.ReferenceAdded, name, noOp: loadable, version.ToString());
                if (!loadable) comparison.Refuse(EditDiagnostics.ReferenceAdded, null, name);
            }
            else if (oldVersion != version)
            {
                var detail = $"{oldVersion} → {version}";
                bool framework = IsFramework(name) && (oldVersion.Major != version.Major || oldVersion.Minor != version.Minor);
                comparison.Assembly(EditKind.ReferenceVersionChanged, name, noOp: !framework, detail);
                if (framework) comparison.Refuse(EditDiagnostics.FrameworkChanged, null, name, detail);
                else comparison.Warn(EditDiagnostics.ReferenceVersionChanged, null, name, detail);
            }
        }
        // What the new code does not refer to any more, old code may; nothing has to be unloaded.
        foreach (var name in before.Keys.Except(after.Keys).Order(StringComparer.Ordinal)) comparison.Assembly(EditKind.ReferenceRemoved, name, noOp: true);
    }

    /// <summary>The shared framework's own assemblies, which every process of its version has.</summary>
    private static bool IsFramework(string name) =>
        name is "mscorlib" or "netstandard" or "System" or "Microsoft.CSharp" or "Microsoft.VisualBasic.Core" || name.StartsWith("System.", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.Win32.", StringComparison.Ordinal) || name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal);

    private static void Resources(ModuleDefinition old, ModuleDefinition @new, Comparison comparison)
    {
        var before = old.Resources.GroupBy(r => r.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        var after = @new.Resources.GroupBy(r => r.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        foreach (var (name, resource) in after.OrderBy(r => r.Key, StringComparer.Ordinal))
        {
            if (!before.TryGetValue(name, out var oldResource))
            {
                comparison.Assembly(EditKind.ResourceAdded, name);
                comparison.Refuse(EditDiagnostics.ResourceChanged, null, name, "added");
            }
            else if (Content(oldResource) is var was && !was.AsSpan().SequenceEqual(Content(resource)))
            {
                var detail = string.Create(CultureInfo.InvariantCulture, $"{was.Length} bytes → {Content(resource).Length}");
                comparison.Assembly(EditKind.ResourceChanged, name, detail: detail);
                comparison.Refuse(EditDiagnostics.ResourceChanged, null, name, "changed");
            }
        }
        foreach (var name in before.Keys.Except(after.Keys).Order(StringComparer.Ordinal))
        {
            comparison.Assembly(EditKind.ResourceRemoved, name);
            comparison.Warn(EditDiagnostics.ResourceRemoved, null, name);
        }
    }

    private static byte[] Content(Resource resource) => resource is EmbeddedResource embedded ? embedded.GetResourceData() : [];

    private static void EntryPoint(ModuleDefinition old, ModuleDefinition @new, Comparison comparison)
    {
        if (old.EntryPoint is not { } before || @new.EntryPoint is not { } after || comparison.Match.NewOf(before) == after) return;
        comparison.Changed(EditKind.EntryPointChanged, before, after);
        comparison.Refuse(EditDiagnostics.EntryPointChanged, comparison.Where(after), comparison.Name(after), "put in the place of another");
    }

    private static void Forwards(ModuleDefinition old, ModuleDefinition @new, Comparison comparison)
    {
        static HashSet<string> Texts(ModuleDefinition module) => [.. module.ExportedTypes.Select(t => $"{t.FullName} in {t.Scope?.Name}")];
        var (before, after) = (Texts(old), Texts(@new));
        if (before.SetEquals(after)) return;
        var detail = string.Join(", ", after.Except(before).Select(t => $"+{t}").Concat(before.Except(after).Select(t => $"-{t}")).Order(StringComparer.Ordinal));
        comparison.Assembly(EditKind.TypeForwardsChanged, @new.Assembly.Name.Name, detail: detail);
        comparison.Refuse(EditDiagnostics.TypeForwardsChanged, null, @new.Assembly.Name.Name, detail);
    }
}
