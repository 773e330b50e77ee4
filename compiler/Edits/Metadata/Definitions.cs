using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Finds what a reference means within its own assembly, without loading any other.</summary>
internal static class Definitions
{
    /// <summary>The type, stripped of arguments, that the reference names in its own assembly; null for one of another assembly, an array, a pointer.</summary>
    public static TypeDefinition? Of(TypeReference? type) => type switch
    {
        null => null,
        TypeDefinition definition => definition,
        GenericInstanceType instance => Of(instance.ElementType),
        TypeSpecification or GenericParameter => null,
        _ when type.DeclaringType is { } outer => Of(outer)?.NestedTypes.FirstOrDefault(n => n.Name == type.Name),
        _ when type.Scope is ModuleDefinition module => module.GetType(type.Namespace, type.Name),
        _ => null,
    };

    /// <summary>The method that the reference names in its own assembly; null for one of another assembly.</summary>
    public static MethodDefinition? Of(MethodReference method)
    {
        if (method is MethodDefinition definition) return definition;
        if (method is GenericInstanceMethod instance) return Of(instance.ElementMethod);
        if (Of(method.DeclaringType) is not { } type) return null;
        MethodDefinition? only = null;
        string? signature = null;
        foreach (var candidate in type.Methods)
        {
            if (candidate.Name != method.Name || candidate.Parameters.Count != method.Parameters.Count
                || candidate.GenericParameters.Count != method.GenericParameters.Count || candidate.HasThis != method.HasThis) continue;
            signature ??= MetadataText.Raw.Signature(method);
            if (MetadataText.Raw.Signature(candidate) == signature) return candidate;
            only = candidate;
        }
        return only is not null && type.Methods.Count(m => m.Name == method.Name) == 1 ? only : null;
    }

    /// <summary>The field that the reference names in its own assembly; null for one of another assembly.</summary>
    public static FieldDefinition? Of(FieldReference field) =>
        field as FieldDefinition ?? Of(field.DeclaringType)?.Fields.FirstOrDefault(f => f.Name == field.Name);
}
