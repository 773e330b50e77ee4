using HotpatchBuild.Compiler.Edits;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Native.Naming;

/// <summary>
/// Which static fields of a new type a later patch may go on with. Each patch has types and code of its own: an object of a new type, a delegate to a new
/// method or a collection with a new comparer would go on running the code of the patch that made it, and would not be of the later patch's types. So
/// the values are taken over only where they can be nothing but what the baseline knows, and where they are still initialised in the same way.
/// </summary>
/// <param name="assemblies">The assemblies that differ, in the new revision.</param>
internal sealed class StaticsLayout(IReadOnlyList<(AssemblyModel Model, ElementMap Elements)> assemblies)
{
    // Structs of the framework without references, and strings: values that hold nothing but themselves.
    private static readonly HashSet<string> PlainTypes = new(StringComparer.Ordinal)
    {
        "System.String", "System.Decimal", "System.DateTime", "System.TimeSpan", "System.Guid", "System.DateOnly", "System.TimeOnly", "System.DateTimeOffset",
        "System.Int128", "System.UInt128", "System.Half", "System.Numerics.BigInteger", "System.Text.StringBuilder",
    };

    // Collections that hold their elements and, where it is given, a comparer.
    private static readonly HashSet<string> Collections = new(StringComparer.Ordinal)
    {
        "System.Collections.Generic.List`1", "System.Collections.Generic.Dictionary`2", "System.Collections.Generic.HashSet`1", "System.Collections.Generic.Queue`1",
        "System.Collections.Generic.Stack`1", "System.Collections.Generic.SortedDictionary`2", "System.Collections.Generic.LinkedList`1",
        "System.Collections.Concurrent.ConcurrentDictionary`2", "System.Collections.Concurrent.ConcurrentQueue`1", "System.Collections.Concurrent.ConcurrentStack`1",
        "System.Collections.Concurrent.ConcurrentBag`1", "System.Nullable`1",
    };

    /// <summary>What a type's static fields are, in words; null where a later patch starts with new ones.</summary>
    /// <param name="model">The type's assembly.</param>
    /// <param name="type">The type.</param>
    public string? Of(AssemblyModel model, TypeDefinition type)
    {
        if (AssemblyModel.IsInGenerated(type) || type.HasGenericParameters)
            return null;
        FieldDefinition[] fields = [.. type.Fields.Where(f => f is { IsStatic: true, HasConstant: false } && !StaticFields.IsThreadStatic(f))];
        MethodDefinition? constructor = type.Methods.FirstOrDefault(m => m is { IsConstructor: true, IsStatic: true });
        if (constructor is not null && model.References(constructor).Any(r => !IsBaselines(model, r) && Owner(r) != type))
            return null;
        // What the constructor calls in its own type is new code too.
        if (constructor is not null && model.References(constructor).Any(r => r is MethodDefinition && Owner(r) == type))
            return null;
        if (!fields.All(f => MayBeTakenOver(model, f, constructor)))
            return null;
        return string.Join('\n',
        [
            type.FullName,
            .. fields.Select(f => $"{f.Name}: {MetadataText.Raw.Type(f.FieldType)}"),
            .. constructor is null ? [] : BodyText.Of(constructor, MetadataText.Raw),
        ]);
    }

    private bool MayBeTakenOver(AssemblyModel model, FieldDefinition field, MethodDefinition? constructor)
    {
        if (IsPlain(field.FieldType))
            return true;
        if (!IsWrittenOnlyBy(model, field, constructor))
            return false;
        return IsCollection(field.FieldType) || (field.FieldType.FullName == "System.Object" && IsBareObject(field, constructor));
    }

    private bool IsPlain(TypeReference type) => type switch
    {
        ArrayType array => IsPlain(array.ElementType),
        TypeSpecification or GenericParameter => false,
        _ when type.IsPrimitive || PlainTypes.Contains(type.FullName) => true,
        _ => Definitions.Of(type) is { IsEnum: true } own && assemblies.Any(a => a.Elements.OldOf(MetadataNames.Key(own)) is not null),
    };

    private bool IsCollection(TypeReference type) => IsPlain(type) || (type is GenericInstanceType instance && Definitions.Of(type) is null
        && Collections.Contains(instance.ElementType.FullName) && instance.GenericArguments.All(IsCollection));

    // static readonly object Gate = new();
    private static bool IsBareObject(FieldDefinition field, MethodDefinition? constructor) => constructor is { HasBody: true } && constructor.Body.Instructions
        .Where(i => i.OpCode.Code == Code.Stsfld && Definitions.Of((FieldReference)i.Operand) == field)
        .All(i => i.Previous is { OpCode.Code: Code.Newobj, Operand: MethodReference { DeclaringType.FullName: "System.Object" } });

    private static bool IsWrittenOnlyBy(AssemblyModel model, FieldDefinition field, MethodDefinition? constructor) => !model.Types
        .SelectMany(t => t.Methods).Where(m => m.HasBody && m != constructor).SelectMany(m => m.Body.Instructions)
        .Any(i => i.OpCode.Code is Code.Stsfld or Code.Ldsflda && Definitions.Of((FieldReference)i.Operand) == field);

    private bool IsBaselines(AssemblyModel model, IMemberDefinition element) =>
        assemblies.FirstOrDefault(a => a.Model == model).Elements is { } elements && elements.OldOf(MetadataNames.Key(element)) is not null;

    private static TypeDefinition Owner(IMemberDefinition element) => element as TypeDefinition ?? element.DeclaringType;
}
