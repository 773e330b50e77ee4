using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Finds the field in which a property goes on to keep its value when it stops or begins to be an automatic one: <c>P { get; set; }</c> becomes
/// <c>P { get =&gt; p; set =&gt; p = value; }</c>. It is one field under two names where the accessor leaves no other choice.</summary>
internal static class PropertyFields
{
    /// <summary>Pairs such fields of a type that both revisions have.</summary>
    public static void Match(TypeDefinition old, TypeDefinition @new, ElementMatch match)
    {
        if (@new.IsValueType) return;
        foreach (var before in old.Properties)
        {
            if (match.NewOf(before) is not { } after) continue;
            var (oldAuto, newAuto) = (Automatic(before), Automatic(after));
            if (oldAuto is not null == newAuto is not null) continue;
            var oldField = oldAuto ?? Kept(before, match);
            var newField = newAuto ?? Kept(after, match);
            if (oldField is null || newField is null || match.NewOf(oldField) is not null || match.OldOf(newField) is not null || oldField.IsStatic != newField.IsStatic
                || match.OldText.Type(oldField.FieldType) != match.NewText.Type(newField.FieldType)) continue;
            match.Add(oldField, newField);
        }
    }

    private static FieldDefinition? Automatic(PropertyDefinition property) => property.DeclaringType.Fields.FirstOrDefault(f => f.Name == $"<{property.Name}>k__BackingField");

    /// <summary>The only field of the property's type that its getter reads, and hands out as it is: what the field holds is then what the property's value was.</summary>
    private static FieldDefinition? Kept(PropertyDefinition property, ElementMatch match)
    {
        if (property.GetMethod is not { HasBody: true } get) return null;
        var reads = get.Body.Instructions.Where(i => i.Operand is FieldReference used && Definitions.Of(used) is { } field && field.DeclaringType == property.DeclaringType
            && MetadataText.Raw.Type(field.FieldType) == MetadataText.Raw.Type(property.PropertyType) && match.NewOf(field) is null && match.OldOf(field) is null).ToList();
        if (reads.Count == 0 || reads.Select(i => Definitions.Of((FieldReference)i.Operand)).Distinct().Count() > 1) return null;
        // Written as it is read first: get => p ??= Make().
        return reads.TrueForAll(i => i.OpCode.Code is Code.Stfld or Code.Stsfld || (i.OpCode.Code is Code.Ldfld or Code.Ldsfld && HandedOut(i.Next))) && reads.Exists(i => i.OpCode.Code is Code.Ldfld or Code.Ldsfld)
            ? Definitions.Of((FieldReference)reads[0].Operand) : null;
    }

    // Returned, or tested for null first: get => p ?? "".
    private static bool HandedOut(Instruction? next) => next is { OpCode.Code: Code.Ret } or { OpCode.Code: Code.Dup, Next.OpCode.Code: Code.Brtrue or Code.Brtrue_S };
}
