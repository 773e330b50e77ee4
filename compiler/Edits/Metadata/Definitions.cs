using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Finds what a reference means within its own assembly, without loading any other.</summary>
internal static class Definitions
{
    private static readonly Func<string, ModuleDefinition?> NoOther = static _ => null;

    private static readonly Func<TypeReference?, TypeDefinition?> InItsAssembly = Of;

    /// <summary>The type, stripped of arguments, that the reference names in its own assembly; null for one of another assembly, an array, a pointer.</summary>
    public static TypeDefinition? Of(TypeReference? type) => Among(type, NoOther);

    /// <summary>The type, stripped of arguments, that the reference names in its own assembly or in a known one; null for one of any other, an array, a pointer.</summary>
    /// <param name="type">The reference.</param>
    /// <param name="others">The modules that are known, by the simple names of their assemblies.</param>
    public static TypeDefinition? Among(TypeReference? type, Func<string, ModuleDefinition?> others) => type switch
    {
        null => null,
        TypeDefinition definition => definition,
        GenericInstanceType instance => Among(instance.ElementType, others),
        TypeSpecification or GenericParameter => null,
        _ when type.DeclaringType is { } outer => Among(outer, others)?.NestedTypes.FirstOrDefault(n => n.Name == type.Name),
        _ when type.Scope is ModuleDefinition module => module.GetType(type.Namespace, type.Name),
        _ when type.Scope is AssemblyNameReference assembly => others(assembly.Name)?.GetType(type.Namespace, type.Name),
        _ => null,
    };

    /// <summary>Simple name of the assembly that a type is named in; empty for one of its own module.</summary>
    public static string AssemblyOf(TypeReference type)
    {
        var outermost = type.GetElementType();
        while (outermost.DeclaringType is { } around) outermost = around;
        return outermost.Scope is AssemblyNameReference assembly ? assembly.Name : "";
    }

    /// <summary>The classes that a class derives from, nearest first, as far as they are found.</summary>
    /// <param name="type">The class.</param>
    /// <param name="find">Finds the type that a reference means; without it those of the class's own assembly.</param>
    public static IEnumerable<TypeDefinition> Bases(TypeDefinition type, Func<TypeReference?, TypeDefinition?>? find = null)
    {
        find ??= InItsAssembly;
        for (var at = find(type.BaseType); at is not null; at = find(at.BaseType)) yield return at;
    }

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
