using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Decides about instance fields that are new or gone. Objects that exist have no room for a new one: where the engine keeps its values beside the objects,
/// what matters is which value those have that were made before. A field that is gone stays where it is; what matters is what a rollback meets.</summary>
internal static class InstanceFields
{
    private const string Generated = "System.Runtime.CompilerServices.CompilerGeneratedAttribute", Required = "System.Runtime.CompilerServices.RequiredMemberAttribute";

    /// <summary>Decides about a new field of a type that exists.</summary>
    public static void Added(FieldDefinition field, Comparison comparison)
    {
        var (name, where, type) = (comparison.Name(field), comparison.Where(field), field.DeclaringType);
        // Structs are copied without notice; a class that says how it lies in memory is read by others.
        if (!comparison.Policy.FieldsBesideObjects || type.IsValueType || !type.IsAutoLayout || type.IsImport || AssemblyModel.IsInGenerated(type))
        {
            comparison.Refuse(EditDiagnostics.InstanceFieldAdded, where, name);
            return;
        }
        if (Removals(type, comparison).FirstOrDefault() is { } gone)
        {
            comparison.Refuse(EditDiagnostics.FieldReplaced, where, comparison.OldName(gone), name);
            return;
        }
        if (FirstValues.Unknown(field, comparison.Match.New) is { } reason)
        {
            if (IsNullable(field)) comparison.Warn(EditDiagnostics.FirstValueIsNull, where, name, reason);
            else comparison.Refuse(EditDiagnostics.FirstValueUnknown, where, name, reason);
        }
        else if (FirstValues.Initialiser(field) is { } initialiser)
        {
            comparison.Match.AddedInitialisers.Add(initialiser);
        }
        if (Readers(field) is { } readers) comparison.Warn(EditDiagnostics.UnseenField, where, name, readers);
    }

    /// <summary>Decides about a field that only the baseline has.</summary>
    public static void Removed(FieldDefinition field, TypeDefinition newType, Comparison comparison)
    {
        var (name, where, type) = (comparison.OldName(field), comparison.OldWhere(field), field.DeclaringType);
        if (!comparison.Policy.FieldsBesideObjects || type.IsValueType || !type.IsAutoLayout || AssemblyModel.IsInGenerated(type)) comparison.Refuse(EditDiagnostics.InstanceFieldRemoved, where, name);
        else if (comparison.IsVisibleOutside(field)) comparison.Refuse(EditDiagnostics.VisibleMemberRemoved, where, name);
        else if (Additions(newType, comparison).FirstOrDefault() is { } added) comparison.Refuse(EditDiagnostics.FieldReplaced, comparison.Where(added) ?? where, name, comparison.Name(added));
        else if (FirstValues.IsSetByConstructors(field, comparison.Match.Old)) comparison.Refuse(EditDiagnostics.RemovedFieldIsSet, where, name);
        else if (field.IsPublic || PropertyOf(field) is { GetMethod.IsPublic: true } || Readers(field) is not null) comparison.Warn(EditDiagnostics.StillSeen, comparison.Where(newType), name);
    }

    /// <summary>Fields that are gone from a class of the new revision, from its bases and from those that derive from it: each of them could be what a new one is to go on from.</summary>
    private static IEnumerable<FieldDefinition> Removals(TypeDefinition @new, Comparison comparison) =>
        Family(@new, comparison.Match.New).Select(comparison.Match.OldOf).OfType<TypeDefinition>()
            .SelectMany(t => t.Fields).Where(f => HoldsState(f) && comparison.Match.NewOf(f) is null);

    private static IEnumerable<FieldDefinition> Additions(TypeDefinition @new, Comparison comparison) =>
        Family(@new, comparison.Match.New).Where(t => comparison.Match.OldOf(t) is not null)
            .SelectMany(t => t.Fields).Where(f => HoldsState(f) && comparison.Match.OldOf(f) is null);

    internal static bool HoldsState(FieldDefinition field) => !StaticFields.IsConstant(field) && field.RVA == 0;

    private static IEnumerable<TypeDefinition> Family(TypeDefinition type, AssemblyModel model) =>
        model.Types.Where(t => t == type || Definitions.Bases(t).Contains(type) || Definitions.Bases(type).Contains(t));

    /// <summary>The property whose value the field keeps; null where it belongs to none.</summary>
    internal static PropertyDefinition? PropertyOf(FieldDefinition field) =>
        field.Name is ['<', ..] && field.Name.EndsWith(">k__BackingField", StringComparison.Ordinal) && field.Name[1..^16] is var name
            ? field.DeclaringType.Properties.FirstOrDefault(p => p.Name == name) : null;

    /// <summary>Whether creating an object has to give the field a value.</summary>
    internal static bool IsRequired(FieldDefinition field) => AttributeComparer.Has(field, Required) || (PropertyOf(field) is { } property && AttributeComparer.Has(property, Required));

    // Who would look for the field by reflection, in a few words; null where nobody is known. Properties are told of by themselves.
    private static string? Readers(FieldDefinition field)
    {
        if (field.CustomAttributes.FirstOrDefault(a => a.AttributeType.FullName is not (Generated or Required or "System.Diagnostics.DebuggerBrowsableAttribute")
            && !a.AttributeType.FullName.StartsWith("System.Runtime.CompilerServices.Nullable", StringComparison.Ordinal)) is { } attribute) return $"it has the attribute {Short(attribute)}";
        if (field.IsPublic) return "it is public";
        if (field.DeclaringType.IsSerializable && !field.IsNotSerialized) return "its type is serialisable";
        return field.DeclaringType.CustomAttributes.FirstOrDefault(a => a.AttributeType.FullName == "System.Runtime.Serialization.DataContractAttribute") is { } contract ? $"its type has the attribute {Short(contract)}" : null;
    }

    private static string Short(CustomAttribute attribute) => attribute.AttributeType.Name is var name && name.EndsWith("Attribute", StringComparison.Ordinal) ? name[..^9] : name;

    /// <summary>Whether the developer says that the field can be null: <c>Nullable&lt;T&gt;</c>, or an annotated reference (Roslyn's docs/features/nullable-metadata.md).</summary>
    internal static bool IsNullable(FieldDefinition field)
    {
        const byte annotated = 2;
        if (field.FieldType is { IsValueType: true, IsGenericInstance: false }) return false;
        if (field.FieldType is GenericInstanceType { ElementType.FullName: "System.Nullable`1" }) return true;
        if (field.FieldType is { IsValueType: true } or GenericParameter or PointerType or FunctionPointerType or RequiredModifierType) return false;
        if (Flag(field, "System.Runtime.CompilerServices.NullableAttribute") is { } own) return own == annotated;
        for (TypeDefinition? type = field.DeclaringType; type is not null; type = type.DeclaringType)
            if (Flag(type, "System.Runtime.CompilerServices.NullableContextAttribute") is { } context) return context == annotated;
        return false;
    }

    // The first flag is the type's own; those of its arguments follow. The argument's bytes: prolog 01 00, then the flag or the number of flags.
    private static byte? Flag(ICustomAttributeProvider element, string attribute)
    {
        if (element.CustomAttributes.FirstOrDefault(a => a.AttributeType.FullName == attribute) is not { } found) return null;
        var blob = found.GetBlob();
        bool many = found.Constructor.Parameters[0].ParameterType is ArrayType;
        int at = many ? 6 : 2;
        return blob.Length > at ? blob[at] : null;
    }
}
