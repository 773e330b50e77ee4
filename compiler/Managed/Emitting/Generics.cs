using Mono.Cecil;

namespace HotpatchBuild.Compiler.Managed.Emitting;

/// <summary>How code's generic parameters are numbered in their new place. A static holder method has those of the declaring type first, then the method's own.</summary>
internal readonly record struct Generics
{
    private Generics(int? arity) => Arity = arity;

    /// <summary>As they were.</summary>
    public static Generics Same { get; } = new(null);

    /// <summary>Number of the declaring type's parameters that stand before the method's; null where they keep their numbers.</summary>
    public int? Arity { get; }

    /// <summary>Those of a holder method.</summary>
    /// <param name="method">The method whose code it holds.</param>
    public static Generics OfHolder(MethodDefinition method) => OfHolder(method.DeclaringType);

    /// <summary>Those of a static method that stands in for a member without parameters of its own.</summary>
    /// <param name="type">The member's declaring type.</param>
    public static Generics OfHolder(TypeDefinition type) => new(type.GenericParameters.Count);

    /// <summary>A parameter in its new place.</summary>
    public GenericParameter Map(GenericParameter parameter, EmittedModule into) => parameter.Type switch
    {
        GenericParameterType.Method => into.MethodParameter((Arity ?? 0) + parameter.Position),
        _ when Arity is null => into.TypeParameter(parameter.Position),
        _ => into.MethodParameter(parameter.Position),
    };
}
