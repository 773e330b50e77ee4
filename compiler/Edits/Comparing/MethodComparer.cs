using Mono.Cecil;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Compares the methods of types that both revisions have.</summary>
internal static class MethodComparer
{
    /// <summary>Runs the phase.</summary>
    public static void Run(Comparison comparison)
    {
        var match = comparison.Match;
        foreach (var (old, @new) in match.Pairs.ToArray())
        {
            if (old is MethodDefinition before) Changed(before, (MethodDefinition)@new, comparison);
            if (old is not TypeDefinition oldType || @new is not TypeDefinition newType) continue;
            foreach (var method in oldType.Methods.Where(m => match.NewOf(m) is null)) Removed(method, newType, comparison);
            foreach (var method in newType.Methods.Where(m => match.OldOf(m) is null)) Added(method, comparison);
        }
    }

    private static void Removed(MethodDefinition method, TypeDefinition newType, Comparison comparison)
    {
        comparison.Removed(EditKind.MethodRemoved, method);
        var name = comparison.OldName(method);
        // The line where it was is of no use in the new revision; where its type is now is.
        var where = comparison.Where(newType);
        if (method is { IsConstructor: true, IsStatic: true })
        {
            if (!StaticInitialisers.IsHarmless(method) && !OnlyOtherFields(method, null, comparison)) comparison.Refuse(EditDiagnostics.StaticConstructorRemoved, where, name, StaticInitialisers.Written(method));
        }
        else if (method.DeclaringType.IsInterface && (method.IsVirtual || method.IsAbstract))
            comparison.Refuse(EditDiagnostics.InterfaceMemberChanged, where, name, "removed");
        else if (RunOnce.IsModuleInitialiser(method))
            comparison.Refuse(EditDiagnostics.ModuleInitialiserChanged, where, name, "removed");
        else if (method.IsVirtual && !method.IsNewSlot)
        {
            if (!comparison.Policy.SwappedVtableSlots) comparison.Refuse(EditDiagnostics.OverrideRemoved, where, name);
        }
        else if (method.IsVirtual)
            comparison.Refuse(EditDiagnostics.VirtualRemoved, where, name);
        else if (comparison.IsVisibleOutside(method))
            comparison.Refuse(EditDiagnostics.VisibleMemberRemoved, where, name);
        else if (AssemblyModel.Generated(method).Kind == GeneratedKind.Lambda
            ? !comparison.Policy.StaysInOldTypes || !Creations.IsForQuery(method, comparison.Match.Old)
            : comparison.Policy.StaysInOldTypes && Creations.IsMadeDelegate(method, comparison.Match.Old))
            comparison.Warn(EditDiagnostics.LambdaReplaced, where, name);
    }

    private static void Added(MethodDefinition method, Comparison comparison)
    {
        comparison.Added(EditKind.MethodAdded, method);
        var (name, where) = (comparison.Name(method), comparison.Where(method));
        if (method is { IsConstructor: true, IsStatic: true })
        {
            if (!StaticInitialisers.IsHarmless(method) && !OnlyOtherFields(null, method, comparison)) comparison.Refuse(EditDiagnostics.StaticConstructorAdded, where, name, StaticInitialisers.Written(method));
        }
        else if (method.DeclaringType.IsInterface && (method.IsVirtual || method.IsAbstract))
        {
            if (!VirtualMembers.IsServedInterface(method, comparison)) comparison.Refuse(EditDiagnostics.InterfaceMemberChanged, where, name, "added");
        }
        else if (RunOnce.IsModuleInitialiser(method))
            comparison.Refuse(EditDiagnostics.ModuleInitialiserChanged, where, name, "added");
        else if (method.IsVirtual && !method.IsNewSlot)
        {
            if (!comparison.Policy.SwappedVtableSlots && !VirtualMembers.IsServed(method, comparison)) comparison.Refuse(EditDiagnostics.OverrideAdded, where, name);
        }
        else if (method.IsVirtual && !VirtualMembers.IsServed(method, comparison))
            comparison.Refuse(EditDiagnostics.VirtualAdded, where, name);
    }

    private static void Changed(MethodDefinition old, MethodDefinition @new, Comparison comparison)
    {
        var match = comparison.Match;
        var (name, where) = (comparison.Name(@new), comparison.Where(@new));

        if (Modifiers(old) is var oldModifiers && Modifiers(@new) is var newModifiers && oldModifiers != newModifiers)
        {
            var detail = $"{oldModifiers} to {newModifiers}";
            comparison.Changed(EditKind.MethodModifiersChanged, old, @new, detail: detail);
            if (comparison.Policy.StaysInOldTypes && old.IsSynchronized != @new.IsSynchronized)
                comparison.Refuse(EditDiagnostics.SynchronizedChanged, where, name, @new.IsSynchronized ? "now" : "no longer");
            if (Dispatch(old) != Dispatch(@new)) comparison.Refuse(EditDiagnostics.MethodModifiersChanged, where, name, detail);
        }
        if ((old.Attributes & MethodAttributes.MemberAccessMask) != (@new.Attributes & MethodAttributes.MemberAccessMask))
        {
            comparison.Changed(EditKind.AccessibilityChanged, old, @new, noOp: true);
            if (comparison.IsVisibleOutside(old) && !comparison.IsVisibleOutside(@new)) comparison.Refuse(EditDiagnostics.VisibleMemberRemoved, where, name);
        }
        if (Import(old) is var oldImport && Import(@new) is var newImport && oldImport != newImport)
        {
            var detail = $"{oldImport} → {newImport}";
            comparison.Changed(EditKind.MethodImportChanged, old, @new, detail: detail);
            comparison.Refuse(EditDiagnostics.ImportChanged, where, name, detail);
        }
        if (Overrides(old, match.OldText) is var oldOverrides && Overrides(@new, match.NewText) is var newOverrides && oldOverrides != newOverrides)
        {
            var detail = newOverrides.Length > 0 ? newOverrides : "nothing";
            comparison.Changed(EditKind.MethodOverridesChanged, old, @new, detail: detail);
            comparison.Refuse(EditDiagnostics.OverridesChanged, where, name, detail);
        }
        if (GenericParameters.Difference(old, @new, match) is { } generics)
        {
            comparison.Changed(EditKind.GenericParametersChanged, old, @new, detail: generics);
            comparison.Refuse(EditDiagnostics.GenericParametersChanged, where, name, generics);
        }
        Parameters(old, @new, comparison);
        if (!AssemblyModel.IsInGenerated(@new.DeclaringType)) TypeComparer.Attributes(old, @new, comparison);
        if (!BodyText.Of(old, match.OldText).SequenceEqual(BodyText.Of(@new, match.NewText))) BodyChanged(old, @new, comparison);
    }

    // What a collection keeps of its elements. Explicit implementations have the interface's name in front.
    private static bool IsKept(MethodDefinition method) => method is { IsVirtual: true, IsStatic: false } && method.Parameters.Count switch
    {
        0 => method.Name == "GetHashCode",
        1 => method.Name == "CompareTo" || method.Name.EndsWith(".CompareTo", StringComparison.Ordinal) || IsOfComparer(method, "GetHashCode"),
        2 => IsOfComparer(method, "Compare"),
        _ => false,
    };

    private static bool IsOfComparer(MethodDefinition method, string name) => (method.Name == name || method.Name.EndsWith("." + name, StringComparison.Ordinal))
        && (method.DeclaringType.Interfaces.Select(i => i.InterfaceType).Append(method.DeclaringType.BaseType).Any(t => t?.Name is "IComparer" or "IComparer`1" or "Comparer`1" or "IEqualityComparer" or "IEqualityComparer`1" or "EqualityComparer`1" or "StringComparer"));

    private static void BodyChanged(MethodDefinition old, MethodDefinition @new, Comparison comparison)
    {
        var (name, where) = (comparison.Name(@new), comparison.Where(@new));
        comparison.Changed(EditKind.MethodBodyChanged, old, @new);
        if (@new is { IsConstructor: true, IsStatic: true })
        {
            if (@new.DeclaringType.Name == "<Module>") return;
            if (OnlyOtherFields(old, @new, comparison)) return;
            var differing = StaticInitialisers.Differing(old, @new, comparison.Match);
            if (!differing.Harmless) comparison.Refuse(EditDiagnostics.StaticInitialiserChanged, differing.Where is { } field ? comparison.Where(field) ?? where : where, name, differing.What);
        }
        else if (@new.IsConstructor && !(comparison.Policy.FieldsBesideObjects && InitialiserSlices.OnlyOfOtherFields(old, @new, comparison.Match) is not null))
        {
            comparison.Warn(EditDiagnostics.ConstructorChanged, where, name);
        }
        if (IsKept(@new)) comparison.Warn(EditDiagnostics.KeysChanged, where, name);
        if (RunOnce.IsModuleInitialiser(old) || RunOnce.IsModuleInitialiser(@new)) comparison.Refuse(EditDiagnostics.ModuleInitialiserChanged, comparison.WhereDiffering(old, @new), name, "changed");
        if (RunOnce.IsEntryPoint(@new, comparison.Match.New)) comparison.Refuse(EditDiagnostics.EntryPointChanged, comparison.WhereDiffering(old, @new), name, "changed");
        else if (AssemblyModel.Generated(@new.DeclaringType).Kind == GeneratedKind.StateMachine && @new.Name == "MoveNext")
        {
            if (comparison.Match.Old.Kickoff(old.DeclaringType) is not null) comparison.Warn(InFlight(old, comparison.Policy), where, name);
        }
        else if (Loops.MayNeverEnd(old))
        {
            comparison.Warn(EditDiagnostics.MayNeverReturn, where, name);
        }
        if (comparison.Policy.StaysInOldTypes && !comparison.RunOnce.IsStart(@new) && comparison.RunOnce.OnlyStart(@new) is { } start)
            comparison.Warn(EditDiagnostics.CalledOnlyAtStart, comparison.WhereDiffering(old, @new), name, comparison.Name(start));
    }

    private static DiagnosticDescriptor InFlight(MethodDefinition moveNext, EditPolicy policy)
    {
        if (!policy.ReplacesStateMachines) return EditDiagnostics.InFlightContinues;
        return Loops.MayNeverEndSuspended(moveNext) ? EditDiagnostics.SuspendedLoop : EditDiagnostics.InFlightFinishesOld;
    }

    /// <summary>Whether static constructors differ in nothing but the values of fields that only one revision has. Those of added fields are noted for the linker;
    /// removed fields keep what they hold.</summary>
    private static bool OnlyOtherFields(MethodDefinition? old, MethodDefinition? @new, Comparison comparison)
    {
        if (!comparison.Policy.StaysInOldTypes || InitialiserSlices.OnlyOfOtherFields(old, @new, comparison.Match) is not { } added) return false;
        comparison.Match.AddedInitialisers.AddRange(added);
        return true;
    }

    private static void Parameters(MethodDefinition old, MethodDefinition @new, Comparison comparison)
    {
        bool renamed = false, lambda = AssemblyModel.Generated(@new).Kind != GeneratedKind.None || AssemblyModel.IsInGenerated(@new.DeclaringType);
        var defaults = new List<string>();
        foreach (var (before, after) in old.Parameters.Zip(@new.Parameters))
        {
            renamed |= before.Name != after.Name;
            var (was, @is) = (Default(before), Default(after));
            if (was != @is) defaults.Add($"{after.Name}: {was} → {@is}");
            if (!lambda && AttributeComparer.Difference(before, after, comparison.Match.OldText, comparison.Match.NewText) is { } attributes)
            {
                comparison.Changed(EditKind.AttributeChanged, old, @new, noOp: true, $"{after.Name}: {attributes}");
                comparison.Warn(EditDiagnostics.AttributeChanged, comparison.Where(@new), comparison.Name(@new), $"{after.Name}: {attributes}");
            }
        }
        if (renamed && !lambda) comparison.Changed(EditKind.ParameterRenamed, old, @new, noOp: true);
        if (defaults.Count == 0) return;
        var detail = string.Join(", ", defaults);
        // Callers in this assembly have the value in their own IL and are edits themselves.
        comparison.Changed(EditKind.ParameterDefaultChanged, old, @new, noOp: true, detail);
        if (comparison.IsVisibleOutside(@new)) comparison.Refuse(EditDiagnostics.VisibleDefaultChanged, comparison.Where(@new), comparison.Name(@new), detail);
        else comparison.Folded(@new, detail);
    }

    private static string Default(ParameterDefinition parameter)
    {
        if (parameter.HasConstant) return DisplayNames.Value(parameter.Constant);
        var special = AttributeComparer.Arguments(parameter, "System.Runtime.CompilerServices.DecimalConstantAttribute")
            + AttributeComparer.Arguments(parameter, "System.Runtime.CompilerServices.DateTimeConstantAttribute");
        return special.Length > 0 ? $"0x{special}" : parameter.IsOptional ? "default" : "none";
    }

    private static string Dispatch(MethodDefinition m) => $"{m.IsStatic} {m.IsVirtual} {m.IsNewSlot} {m.IsAbstract} {m.IsFinal && m.IsVirtual} {m.IsPInvokeImpl}";

    private static string Modifiers(MethodDefinition method)
    {
        var parts = new List<string> { method.IsStatic ? "static" : method.IsAbstract ? "abstract" : method.IsVirtual ? method.IsNewSlot ? "virtual" : "override" : "instance" };
        if (method is { IsVirtual: true, IsFinal: true }) parts.Add("sealed");
        if (method.IsPInvokeImpl) parts.Add("extern");
        if (method.ImplAttributes != MethodImplAttributes.IL) parts.Add(method.ImplAttributes.ToString());
        return string.Join(' ', parts);
    }

    private static string Import(MethodDefinition method)
    {
        if (!method.IsPInvokeImpl || method.PInvokeInfo is not { } import) return "";
        var marshalling = string.Join(',', method.Parameters.Select(p => p.HasMarshalInfo ? Marshalling.Text(p.MarshalInfo) : "").Append(method.MethodReturnType.HasMarshalInfo ? Marshalling.Text(method.MethodReturnType.MarshalInfo) : ""));
        return $"{import.Module.Name}!{import.EntryPoint} {(ushort)import.Attributes:x4} {marshalling.Trim(',')}".TrimEnd();
    }

    private static string Overrides(MethodDefinition method, MetadataText text) =>
        method.HasOverrides ? string.Join(", ", method.Overrides.Select(text.Method).Order(StringComparer.Ordinal)) : "";
}
