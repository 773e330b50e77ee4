using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Compares types as a whole: which there are, and their bases, interfaces, layouts and modifiers.</summary>
internal static class TypeComparer
{
    /// <summary>Runs the phase.</summary>
    public static void Run(Comparison comparison)
    {
        var match = comparison.Match;
        var conflicts = match.Conflicts.SelectMany(c => new[] { c.Old, c.New }).ToHashSet();
        foreach (var type in match.Old.Types.Where(t => match.NewOf(t) is null && !conflicts.Contains(t))) Removed(type, comparison);
        foreach (var type in match.New.Types.Where(t => match.OldOf(t) is null && !conflicts.Contains(t))) Added(type, comparison);
        foreach (var (old, @new) in match.Pairs.ToArray())
            if (old is TypeDefinition before) Changed(before, (TypeDefinition)@new, comparison);
    }

    private static void Removed(TypeDefinition type, Comparison comparison)
    {
        comparison.Removed(EditKind.TypeRemoved, type);
        if (comparison.IsVisibleOutside(type)) comparison.Refuse(EditDiagnostics.VisibleTypeRemoved, comparison.OldWhere(type), comparison.OldName(type));
        foreach (var lambda in type.Methods.Where(m => AssemblyModel.Generated(m).Kind == GeneratedKind.Lambda))
            comparison.Warn(EditDiagnostics.LambdaReplaced, comparison.OldWhere(lambda), comparison.OldName(lambda));
    }

    private static void Added(TypeDefinition type, Comparison comparison)
    {
        comparison.Added(EditKind.TypeAdded, type);
        foreach (var field in type.Fields.Where(f => f.IsStatic && !StaticFields.IsConstant(f) && f.RVA == 0))
            StaticFields.RefuseAdded(field, comparison, newType: true);
    }

    private static void Changed(TypeDefinition old, TypeDefinition @new, Comparison comparison)
    {
        var match = comparison.Match;
        var (name, where) = (comparison.Name(@new), comparison.Where(@new));

        var (oldBase, newBase) = (Text(old.BaseType, match.OldText), Text(@new.BaseType, match.NewText));
        if (oldBase != newBase)
        {
            var detail = $"{Short(old.BaseType)} → {Short(@new.BaseType)}";
            comparison.Changed(EditKind.TypeBaseChanged, old, @new, detail: detail);
            comparison.Refuse(EditDiagnostics.BaseTypeChanged, where, name, detail);
        }

        var oldInterfaces = old.Interfaces.Select(i => match.OldText.Type(i.InterfaceType)).ToList();
        var newInterfaces = @new.Interfaces.Select(i => match.NewText.Type(i.InterfaceType)).ToList();
        if (!oldInterfaces.SequenceEqual(newInterfaces))
        {
            var parts = @new.Interfaces.Where(i => !oldInterfaces.Contains(match.NewText.Type(i.InterfaceType))).Select(i => $"+{DisplayNames.Short(i.InterfaceType)}")
                .Concat(old.Interfaces.Where(i => !newInterfaces.Contains(match.OldText.Type(i.InterfaceType))).Select(i => $"-{DisplayNames.Short(i.InterfaceType)}"));
            var detail = string.Join(", ", parts) is { Length: > 0 } text ? text : "another order";
            comparison.Changed(EditKind.TypeInterfacesChanged, old, @new, detail: detail);
            comparison.Refuse(EditDiagnostics.InterfacesChanged, where, name, detail);
        }

        if (Layout(old) is var oldLayout && Layout(@new) is var newLayout && oldLayout != newLayout)
        {
            var detail = $"{oldLayout} → {newLayout}";
            comparison.Changed(EditKind.TypeLayoutChanged, old, @new, detail: detail);
            comparison.Refuse(EditDiagnostics.LayoutChanged, where, name, detail);
        }

        if (GenericParameters.Difference(old, @new, match) is { } generics)
        {
            comparison.Changed(EditKind.GenericParametersChanged, old, @new, detail: generics);
            comparison.Refuse(EditDiagnostics.GenericParametersChanged, where, name, generics);
        }

        if (Modifiers(old) is var oldModifiers && Modifiers(@new) is var newModifiers && oldModifiers != newModifiers)
        {
            // Sealing later makes code that is compiled anew better; nothing that is compiled already relied on the type being open.
            bool onlySealed = old.IsAbstract == @new.IsAbstract && old.IsInterface == @new.IsInterface && !old.IsSealed && @new.IsSealed;
            var detail = $"{oldModifiers} to {newModifiers}";
            comparison.Changed(EditKind.TypeModifiersChanged, old, @new, detail: detail);
            if (!onlySealed) comparison.Refuse(EditDiagnostics.TypeModifiersChanged, where, name, detail);
        }
        if ((old.Attributes & TypeAttributes.VisibilityMask) != (@new.Attributes & TypeAttributes.VisibilityMask))
            comparison.Changed(EditKind.AccessibilityChanged, old, @new, noOp: true);

        foreach (var (before, after) in Pairs(old.Properties, match)) Attributes(before, after, comparison);
        foreach (var (before, after) in Pairs(old.Events, match)) Attributes(before, after, comparison);
        Attributes(old, @new, comparison);
        if (AssemblyModel.IsInGenerated(@new)) return;
        // Accessors are methods of their own; the property around them is metadata only.
        foreach (var property in @new.Properties.Where(p => match.OldOf(p) is null)) comparison.Added(EditKind.PropertyAdded, property, noOp: true);
        foreach (var property in old.Properties.Where(p => match.NewOf(p) is null)) comparison.Removed(EditKind.PropertyRemoved, property, noOp: true);
        foreach (var @event in @new.Events.Where(e => match.OldOf(e) is null)) comparison.Added(EditKind.EventAdded, @event, noOp: true);
        foreach (var @event in old.Events.Where(e => match.NewOf(e) is null)) comparison.Removed(EditKind.EventRemoved, @event, noOp: true);
    }

    /// <summary>Compares the attributes of two elements.</summary>
    public static void Attributes(IMemberDefinition old, IMemberDefinition @new, Comparison comparison)
    {
        if (AttributeComparer.Difference(old, @new, comparison.Match.OldText, comparison.Match.NewText) is not { } detail) return;
        comparison.Changed(EditKind.AttributeChanged, old, @new, noOp: true, detail);
        comparison.Warn(EditDiagnostics.AttributeChanged, comparison.Where(@new), comparison.Name(@new), detail);
    }

    private static IEnumerable<(T, T)> Pairs<T>(IEnumerable<T> old, ElementMatch match) where T : class, IMemberDefinition
    {
        foreach (var before in old)
            if (match.NewOf(before) is { } after) yield return (before, after);
    }

    private static string Text(TypeReference? type, MetadataText text) => type is null ? "" : text.Type(type);

    private static string Short(TypeReference? type) => type is null ? "nothing" : DisplayNames.Short(type);

    private static string Layout(TypeDefinition type)
    {
        var kind = type.IsExplicitLayout ? "explicit" : type.IsSequentialLayout ? "sequential" : "auto";
        var size = type.HasLayoutInfo && (type.PackingSize > 0 || type.ClassSize > 0) ? $" pack {type.PackingSize} size {type.ClassSize}" : "";
        var offsets = type.IsExplicitLayout ? $" offsets {string.Join(' ', type.Fields.Where(f => !f.IsStatic).Select(f => $"{f.Name}={f.Offset}"))}" : "";
        var inline = AttributeComparer.Arguments(type, "System.Runtime.CompilerServices.InlineArrayAttribute");
        var strings = (type.Attributes & TypeAttributes.StringFormatMask) is var format and not TypeAttributes.AnsiClass ? $" {format}" : "";
        return $"{kind}{size}{offsets}{strings}{(inline.Length > 0 ? $" inline array {inline}" : "")}";
    }

    private static string Modifiers(TypeDefinition type)
    {
        var kind = type.IsInterface ? "interface" : type.IsEnum ? "enum" : type.IsValueType ? "struct" : "class";
        return (type.IsAbstract, type.IsSealed) switch
        {
            _ when type.IsInterface || type.IsValueType => kind,
            (true, true) => $"static {kind}",
            (true, false) => $"abstract {kind}",
            (false, true) => $"sealed {kind}",
            _ => kind,
        };
    }
}
