using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Compares the fields and constants of types that both revisions have.</summary>
internal static class FieldComparer
{
    /// <summary>Runs the phase.</summary>
    public static void Run(Comparison comparison)
    {
        foreach (var (old, @new) in comparison.Match.Pairs.ToArray())
            if (old is TypeDefinition before) Compare(before, (TypeDefinition)@new, comparison);
    }

    private static void Compare(TypeDefinition old, TypeDefinition @new, Comparison comparison)
    {
        var match = comparison.Match;
        foreach (var field in old.Fields.Where(f => match.NewOf(f) is null)) Removed(field, @new, comparison);
        foreach (var field in @new.Fields.Where(f => match.OldOf(f) is null)) Added(field, comparison);
        foreach (var before in old.Fields)
            if (match.NewOf(before) is { } after) Changed(before, after, comparison);

        Order(old, @new, f => !f.IsStatic, comparison);
        Order(old, @new, f => f is { IsStatic: true, HasConstant: false } && f.RVA == 0 && !StaticFields.IsThreadStatic(f), comparison);
        Order(old, @new, f => f is { IsStatic: true, HasConstant: false } && StaticFields.IsThreadStatic(f), comparison);
    }

    private static void Removed(FieldDefinition field, TypeDefinition newType, Comparison comparison)
    {
        if (StaticFields.IsConstant(field))
        {
            bool member = field.DeclaringType.IsEnum;
            comparison.Removed(member ? EditKind.EnumMemberRemoved : EditKind.ConstantRemoved, field, noOp: !member);
            if (comparison.IsVisibleOutside(field)) comparison.Refuse(EditDiagnostics.VisibleMemberRemoved, comparison.Where(newType), comparison.OldName(field));
            else if (member) comparison.Warn(EditDiagnostics.EnumNamesChanged, comparison.Where(newType), comparison.OldName(field), "removed");
            return;
        }
        comparison.Removed(EditKind.FieldRemoved, field, noOp: field.RVA != 0);
        if (field.RVA != 0) return;
        if (!field.IsStatic) InstanceFields.Removed(field, newType, comparison);
        else if (comparison.IsVisibleOutside(field)) comparison.Refuse(EditDiagnostics.VisibleMemberRemoved, comparison.OldWhere(field), comparison.OldName(field));
    }

    private static void Added(FieldDefinition field, Comparison comparison)
    {
        if (StaticFields.IsConstant(field))
        {
            bool member = field.DeclaringType.IsEnum;
            comparison.Added(member ? EditKind.EnumMemberAdded : EditKind.ConstantAdded, field, noOp: !member);
            if (member) comparison.Warn(EditDiagnostics.EnumNamesChanged, comparison.Where(field), comparison.Name(field), "added");
            return;
        }
        comparison.Added(EditKind.FieldAdded, field);
        // Data of <PrivateImplementationDetails> is literal data of the methods that use it.
        if (field.RVA != 0) return;
        if (!field.IsStatic) InstanceFields.Added(field, comparison);
        else StaticFields.RefuseAdded(field, comparison, newType: false);
    }

    private static void Changed(FieldDefinition old, FieldDefinition @new, Comparison comparison)
    {
        // Call sites are bound to the code that uses them; changed code gets new ones beside the old.
        if (comparison.Policy.GeneratedTypesCoexist && AssemblyModel.Generated(@new.DeclaringType).Kind == GeneratedKind.DynamicSites) return;
        var match = comparison.Match;
        var (name, where) = (comparison.Name(@new), comparison.Where(@new));
        var (oldType, newType) = (match.OldText.Type(old.FieldType), match.NewText.Type(@new.FieldType));
        if (oldType != newType)
        {
            var detail = $"{DisplayNames.Short(old.FieldType)} → {DisplayNames.Short(@new.FieldType)}";
            comparison.Changed(EditKind.FieldTypeChanged, old, @new, noOp: old.HasConstant && @new.HasConstant, detail);
            bool underlying = @new.DeclaringType.IsEnum && @new.Name == "value__";
            if (underlying) comparison.Refuse(EditDiagnostics.EnumTypeChanged, where, comparison.Name(@new.DeclaringType), detail);
            else if (!(old.HasConstant && @new.HasConstant)) comparison.Refuse(EditDiagnostics.FieldTypeChanged, where, name, detail);
            else if (comparison.IsVisibleOutside(@new)) comparison.Refuse(EditDiagnostics.VisibleConstantChanged, where, name, detail);
        }

        if (old.HasConstant && @new.HasConstant)
        {
            bool sameNumber = oldType != newType && DisplayNames.Value(old.Constant) == DisplayNames.Value(@new.Constant);
            if (!Equals(old.Constant, @new.Constant) && !sameNumber) ConstantChanged(old, @new, comparison);
        }
        else if (DecimalConstant(old) != DecimalConstant(@new))
        {
            ConstantChanged(old, @new, comparison);
        }

        bool oldThread = StaticFields.IsThreadStatic(old), newThread = StaticFields.IsThreadStatic(@new);
        if (old.IsStatic != @new.IsStatic || old.HasConstant != @new.HasConstant || oldThread != newThread)
        {
            comparison.Changed(EditKind.FieldModifiersChanged, old, @new, detail: $"{Modifiers(old)} → {Modifiers(@new)}");
            if (oldThread != newThread) comparison.Refuse(EditDiagnostics.ThreadStaticChanged, where, name, newThread ? "made so" : "made an ordinary one");
            else if (@new.HasConstant && old.IsStatic) comparison.Warn(EditDiagnostics.ConstantChanged, where, name, "now a constant");
            else if (@new.IsStatic) StaticFields.RefuseAdded(@new, comparison, newType: false);
            else comparison.Refuse(EditDiagnostics.InstanceFieldAdded, where, name);
            if (!old.IsStatic && @new.IsStatic) comparison.Refuse(EditDiagnostics.InstanceFieldRemoved, where, name);
        }
        else if (old.IsInitOnly != @new.IsInitOnly)
        {
            comparison.Changed(EditKind.FieldModifiersChanged, old, @new, noOp: true, $"{Modifiers(old)} → {Modifiers(@new)}");
        }
        else if (MarshalText(old) != MarshalText(@new))
        {
            comparison.Changed(EditKind.FieldModifiersChanged, old, @new, detail: "marshalling");
            comparison.Refuse(EditDiagnostics.LayoutChanged, where, name, "marshalling");
        }
        if ((old.Attributes & FieldAttributes.FieldAccessMask) != (@new.Attributes & FieldAttributes.FieldAccessMask))
            comparison.Changed(EditKind.AccessibilityChanged, old, @new, noOp: true);
        if (old.RVA != 0 && @new.RVA != 0 && !old.InitialValue.AsSpan().SequenceEqual(@new.InitialValue))
        {
            comparison.Changed(EditKind.FieldDataChanged, old, @new);
            comparison.Refuse(EditDiagnostics.FieldDataChanged, where, name);
        }
        if (AssemblyModel.Generated(@new).Kind == GeneratedKind.None && !AssemblyModel.IsInGenerated(@new.DeclaringType)) TypeComparer.Attributes(old, @new, comparison);
    }

    private static void ConstantChanged(FieldDefinition old, FieldDefinition @new, Comparison comparison)
    {
        var (name, where) = (comparison.Name(@new), comparison.Where(@new));
        var detail = @new.HasConstant ? $"{DisplayNames.Value(old.Constant)} → {DisplayNames.Value(@new.Constant)}" : "decimal";
        if (@new.DeclaringType.IsEnum)
        {
            comparison.Changed(EditKind.EnumMemberChanged, old, @new, detail: detail);
            comparison.Refuse(EditDiagnostics.EnumValueChanged, where, name, detail);
            return;
        }
        comparison.Changed(EditKind.ConstantChanged, old, @new, noOp: true, detail);
        if (comparison.IsVisibleOutside(@new)) comparison.Refuse(EditDiagnostics.VisibleConstantChanged, where, name, detail);
        else
        {
            comparison.Warn(EditDiagnostics.ConstantChanged, where, name, detail);
            comparison.Folded(@new, detail);
        }
    }

    /// <summary>Fields that both revisions have must stand where they stood: behind the same fields, none of them gone.</summary>
    private static void Order(TypeDefinition old, TypeDefinition @new, Func<FieldDefinition, bool> among, Comparison comparison)
    {
        var match = comparison.Match;
        var before = old.Fields.Where(among).ToList();
        var after = @new.Fields.Where(among).ToList();
        var kept = before.Where(f => match.NewOf(f) is { } partner && after.Contains(partner)).ToList();
        var keptNew = after.Where(f => match.OldOf(f) is { } partner && before.Contains(partner)).ToList();
        bool @static = before.FirstOrDefault()?.IsStatic ?? false;

        string Name(FieldDefinition field) => AssemblyModel.IsInGenerated(field.DeclaringType) ? comparison.Name(field) : DisplayNames.FieldName(field);
        string? detail = null;
        for (int i = 0; detail is null && i < kept.Count; i++)
        {
            if (match.NewOf(kept[i]) != keptNew[i]) detail = $"{Name(keptNew[i])} stands before {Name(match.NewOf(kept[i])!)}";
            // Instance fields that are gone or new are refused already; among static fields only those behind them move.
            else if (@static && before.IndexOf(kept[i]) != after.IndexOf(keptNew[i]))
                detail = $"{Name(keptNew[i])} moved from place {before.IndexOf(kept[i]) + 1} to {after.IndexOf(keptNew[i]) + 1}";
        }
        if (detail is null) return;
        // The process keeps its places: static fields are found by name, and so are those of a class whose layout the runtime chose.
        bool stay = comparison.Policy.StaysInOldTypes && (@static || old is { IsValueType: false, IsAutoLayout: true });
        comparison.Changed(EditKind.FieldsReordered, old, @new, noOp: stay, detail: detail);
        if (stay) return;
        var where = comparison.Where(@new);
        if (!@static) comparison.Refuse(EditDiagnostics.FieldsReordered, where, comparison.Name(@new), detail);
        else if (!AssemblyModel.IsInGenerated(@new)) comparison.Refuse(EditDiagnostics.StaticFieldsMoved, where, comparison.Name(@new), detail);
        else if (!comparison.Policy.GeneratedTypesCoexist || !comparison.Policy.DeltaOwnedStatics) comparison.Refuse(EditDiagnostics.CachedDelegatesMoved, where, comparison.Name(@new), detail);
    }

    private static string DecimalConstant(FieldDefinition field) =>
        AttributeComparer.Arguments(field, "System.Runtime.CompilerServices.DecimalConstantAttribute");

    private static string Modifiers(FieldDefinition field) =>
        field.HasConstant ? "const" : $"{(StaticFields.IsThreadStatic(field) ? "thread-static " : field.IsStatic ? "static " : "instance ")}{(field.IsInitOnly ? "readonly" : "variable")}";

    private static string MarshalText(FieldDefinition field) => field.HasMarshalInfo ? Marshalling.Text(field.MarshalInfo) : "";
}
