using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Finds out which value an object that was made before has in an added field: none but the type's default where no constructor sets it, or that of
/// an initialiser that can be evaluated later, when the field is first used.</summary>
internal static class FirstValues
{
    /// <summary>Why the value cannot be known, as a clause; null where it can.</summary>
    /// <param name="field">A field of the new revision.</param>
    /// <param name="model">The new revision.</param>
    public static string? Unknown(FieldDefinition field, AssemblyModel model)
    {
        if (InstanceFields.IsRequired(field)) return "whoever makes an object has to set it";
        var constructors = Constructors(field.DeclaringType);
        var slices = new List<(AddedInitialiser Slice, string Text)>();
        int setters = 0;
        foreach (var constructor in constructors)
        {
            if (!Sets(constructor, field)) continue;
            if (CopiesOnly(constructor, field))
            {
                setters++;
                continue;
            }
            if (Piece(constructor, field) is not { } piece) return $"{(constructor.Parameters.Count > 0 ? "a constructor" : "the constructor")} sets it in the middle of its code";
            slices.Add((piece, Text(piece)));
        }
        if (SetLater(field, model) is { } method) return SetBy(method);
        if (slices.Count == 0) return null;
        if (slices.Count + setters < constructors.Count(c => !CallsOther(c))) return "not every constructor sets it";
        if (slices.Select(s => s.Text).Distinct(StringComparer.Ordinal).Count() > 1) return "its constructors set different values";
        return new LaterCode().Reason(slices[0].Slice);
    }

    /// <summary>The code of its value; null where no constructor sets it. Asked where the value is known only.</summary>
    public static AddedInitialiser? Initialiser(FieldDefinition field) =>
        Constructors(field.DeclaringType).Where(c => Sets(c, field) && !CopiesOnly(c, field)).Select(c => Piece(c, field)).FirstOrDefault();

    /// <summary>That a method sets the field while an object is made, as a clause.</summary>
    public static string SetBy(MethodDefinition method) =>
        method.IsConstructor ? $"a constructor of {method.DeclaringType.Name} sets it" : $"a constructor leads to {method.DeclaringType.Name}.{method.Name}, which sets it";

    /// <summary>Whether creating an object gives a field another value than its type's default.</summary>
    public static bool IsSetByConstructors(FieldDefinition field, AssemblyModel model) =>
        InstanceFields.IsRequired(field) || Constructors(field.DeclaringType).Any(c => Sets(c, field) && !CopiesOnly(c, field)) || SetLater(field, model) is not null;

    /// <summary>The constructors whose objects a class has; not the static one.</summary>
    private static List<MethodDefinition> Constructors(TypeDefinition type) => [.. type.Methods.Where(m => m is { IsConstructor: true, IsStatic: false, HasBody: true })];

    /// <summary>Whether a constructor leaves the work to another one of its type: <c>: this(...)</c>.</summary>
    private static bool CallsOther(MethodDefinition constructor) => constructor.Body.Instructions.Any(i => i.OpCode.Code == Code.Call && i.Operand is MethodReference { Name: ".ctor" } called
        && Definitions.Of(called.DeclaringType) == constructor.DeclaringType);

    private static bool Sets(MethodDefinition method, FieldDefinition field) =>
        method.HasBody && method.Body.Instructions.Any(i => i.OpCode.Code is Code.Stfld or Code.Ldflda && Definitions.Of((FieldReference)i.Operand) == field);

    /// <summary>Whether a constructor takes the value from another object of the type, as those of records do.</summary>
    private static bool CopiesOnly(MethodDefinition constructor, FieldDefinition field) =>
        constructor.Parameters.Count == 1 && Definitions.Of(constructor.Parameters[0].ParameterType) == constructor.DeclaringType
        && constructor.Body.Instructions.Where(i => i.OpCode.Code is Code.Stfld or Code.Ldflda && Definitions.Of((FieldReference)i.Operand) == field).All(i =>
            i is { OpCode.Code: Code.Stfld, Previous: { OpCode.Code: Code.Ldfld, Previous: { OpCode.Code: Code.Ldarg_1, Previous.OpCode.Code: Code.Ldarg_0 } } read }
            && Definitions.Of((FieldReference)read.Operand) == field);

    /// <summary>The one piece of a constructor that sets the field, whatever happens around it; null where there is no such piece.</summary>
    private static AddedInitialiser? Piece(MethodDefinition constructor, FieldDefinition field)
    {
        if (constructor.Body.Instructions.Any(i => i.OpCode.Code == Code.Ldflda && Definitions.Of((FieldReference)i.Operand) == field) || CallsOther(constructor)) return null;
        return InitialiserSlices.Of(constructor, field);
    }

    private static string Text(AddedInitialiser piece)
    {
        var code = piece.Code.ToList();
        var lines = BodyText.Instructions(piece.Constructor, MetadataText.Raw, target => target is null ? -1 : code.IndexOf(target));
        // Locals are numbered by the constructor.
        return string.Join('\n', code.Select(i => BodyText.Local(i, piece.Constructor.Body) is { } local ? $"{i.OpCode.Name[..5]} {MetadataText.Raw.Type(local.VariableType)}" : lines[i]));
    }

    private static MethodDefinition? SetLater(FieldDefinition field, AssemblyModel model) => new LaterWrites(model.Types, t => Definitions.Of(t)).Find(field);
}
