using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Says what nothing in the running process finds, because it lies in an assembly of its own.</summary>
internal static class UnfoundComparer
{
    /// <summary>Runs the phase; behind the others: it asks which methods changed.</summary>
    public static void Run(Comparison comparison)
    {
        var match = comparison.Match;
        var changed = comparison.Edits.Where(e => e.Kind == EditKind.MethodBodyChanged).Select(e => e.Identity.Key).ToHashSet(StringComparer.Ordinal);
        var moved = match.New.Types.SelectMany(t => t.Methods).Where(m => m.HasBody && (match.OldOf(m) is null || changed.Contains(MetadataNames.Key(m)))).ToList();
        foreach (var (_, @new) in match.Pairs.ToArray())
            if (@new is TypeDefinition type && !AssemblyModel.IsInGenerated(type)) Unseen(type, comparison);
        Unused(moved, comparison);
    }

    private static void Unseen(TypeDefinition type, Comparison comparison)
    {
        var match = comparison.Match;
        var added = type.Properties.Where(p => match.OldOf(p) is null && (p.GetMethod is { IsPublic: true } || p.SetMethod is { IsPublic: true })).Cast<IMemberDefinition>()
            .Concat(type.Events.Where(e => match.OldOf(e) is null && e.AddMethod is { IsPublic: true }))
            .Concat(type.Methods.Where(m => match.OldOf(m) is null && m is { IsPublic: true, IsVirtual: false, IsGetter: false, IsSetter: false, IsAddOn: false, IsRemoveOn: false } && !(m.IsConstructor && m.IsStatic)))
            .ToList();
        if (added.Count == 0) return;
        var names = added.Select(m => m is MethodDefinition { IsConstructor: true } ? "a constructor" : m.Name).Distinct(StringComparer.Ordinal);
        comparison.Warn(EditDiagnostics.UnseenMembers, comparison.Where(added[0]), comparison.Name(type), string.Join(", ", names));
    }

    private static void Unused(List<MethodDefinition> moved, Comparison comparison)
    {
        var model = comparison.Match.New;
        static TypeDefinition Outermost(TypeDefinition type, ElementMatch match)
        {
            while (type.DeclaringType is { } outer && match.OldOf(outer) is null) type = outer;
            return type;
        }
        var added = model.Types.Where(t => comparison.Match.OldOf(t) is null && Outermost(t, comparison.Match) == t && AssemblyModel.Generated(t).Kind == GeneratedKind.None
            // Constants and attributes leave no trace in code.
            && !t.Name.StartsWith('<') && t.Methods.Any(m => m.HasBody) && t.BaseType?.FullName != "System.Attribute").ToHashSet();
        if (added.Count == 0) return;
        void Use(TypeDefinition? used, TypeDefinition by)
        {
            if (used is not null && Outermost(used, comparison.Match) is var outer && outer != Outermost(by, comparison.Match)) added.Remove(outer);
        }
        // The switch itself calls it.
        foreach (var code in TransitionMethod.Of(comparison.Match, comparison.Edits)) added.Remove(Outermost(code.Method.DeclaringType, comparison.Match));
        foreach (var method in moved)
            foreach (var element in model.References(method)) Use(element as TypeDefinition ?? element.DeclaringType, method.DeclaringType);
        foreach (var type in model.Types.Where(t => comparison.Match.OldOf(t) is null))
        {
            Use(Definitions.Of(type.BaseType), type);
            foreach (var implemented in type.Interfaces) Use(Definitions.Of(implemented.InterfaceType), type);
            foreach (var field in type.Fields) Use(Definitions.Of(field.FieldType), type);
        }
        foreach (var type in added) comparison.Warn(EditDiagnostics.UnusedType, comparison.Where(type), comparison.Name(type));
    }
}
