using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Refusals for static fields, which an engine has no storage for unless it says so.</summary>
internal static class StaticFields
{
    private const string ThreadStatic = "System.ThreadStaticAttribute";

    /// <summary>Whether each thread has a value of its own.</summary>
    public static bool IsThreadStatic(FieldDefinition field) => AttributeComparer.Has(field, ThreadStatic);

    /// <summary>Whether every use of the field holds its value itself. A decimal constant is a static readonly field with an attribute, which only
    /// reflection reads (C# specification 15.4; Roslyn's DecimalConstantAttribute).</summary>
    public static bool IsConstant(FieldDefinition field) =>
        field.HasConstant || (field is { IsStatic: true, IsInitOnly: true } && AttributeComparer.Has(field, "System.Runtime.CompilerServices.DecimalConstantAttribute"));

    /// <summary>Refuses a new static field, by where it would have to live.</summary>
    public static void RefuseAdded(FieldDefinition field, Comparison comparison, bool newType)
    {
        var (name, where) = (comparison.Name(field), comparison.Where(field));
        if (comparison.Policy.StaysInOldTypes && (comparison.Policy.DeltaOwnedThreadStatics || !IsThreadStatic(field))) return;
        if (IsThreadStatic(field)) comparison.Refuse(EditDiagnostics.ThreadStaticChanged, where, name, "added");
        else if (comparison.Policy.DeltaOwnedStatics || (newType && comparison.Policy.NewTypesOwnStatics)) return;
        else if (AssemblyModel.IsInGenerated(field.DeclaringType))
        {
            // <>9 is the receiver of the lambdas beside it; the lambdas say it already.
            if (AssemblyModel.Generated(field).Kind != GeneratedKind.None || field.DeclaringType.Fields.Count == 1) comparison.Refuse(EditDiagnostics.CachedDelegateAdded, where, name);
        }
        else if (HoldsReferences(field.FieldType)) comparison.Refuse(newType ? EditDiagnostics.NewTypeHasStaticReference : EditDiagnostics.StaticReferenceAdded, where, name);
        else comparison.Refuse(newType ? EditDiagnostics.NewTypeHasStatic : EditDiagnostics.StaticFieldAdded, where, name);
    }

    /// <summary>Whether the garbage collector has to know a field of the type; true in doubt (a struct of another assembly, a type parameter).</summary>
    public static bool HoldsReferences(TypeReference type) => type switch
    {
        PointerType or FunctionPointerType => false,
        OptionalModifierType or RequiredModifierType => HoldsReferences(((TypeSpecification)type).ElementType),
        _ when type.IsPrimitive => false,
        _ when !type.IsValueType => true,
        _ when Definitions.Of(type) is { } own => !own.IsEnum && own.Fields.Any(f => !f.IsStatic && HoldsReferences(f.FieldType)),
        _ => type.FullName is not ("System.Decimal" or "System.DateTime" or "System.TimeSpan" or "System.Guid" or "System.DateOnly" or "System.TimeOnly" or "System.DateTimeOffset" or "System.Int128" or "System.UInt128" or "System.Half"),
    };
}
