using System.Text;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>How the elements that an assembly itself defines are written into a text. Two texts of two revisions are equal exactly when they mean the same
/// under the naming that was chosen.</summary>
internal interface IElementNaming
{
    /// <summary>Text for a type of the assembly.</summary>
    string Of(TypeDefinition type);

    /// <summary>Text for a method of the assembly, its type and signature included.</summary>
    string Of(MethodDefinition method);

    /// <summary>Text for a field of the assembly, its type included.</summary>
    string Of(FieldDefinition field);
}

/// <summary>Every element under the name it has in the metadata.</summary>
internal sealed class MetadataNaming : IElementNaming
{
    /// <inheritdoc/>
    public string Of(TypeDefinition type) => type.FullName;

    /// <inheritdoc/>
    public string Of(MethodDefinition method) => MetadataNames.Key(method);

    /// <inheritdoc/>
    public string Of(FieldDefinition field) => MetadataNames.Key(field);
}

/// <summary>Writes references by meaning: no token, no version, generic parameters by position (ECMA-335 II.23.2 signatures).</summary>
internal sealed class MetadataText(IElementNaming naming)
{
    /// <summary>With metadata names.</summary>
    public static MetadataText Raw { get; } = new(new MetadataNaming());

    /// <summary>A type reference.</summary>
    public string Type(TypeReference type)
    {
        var text = new StringBuilder();
        Append(text, type);
        return text.ToString();
    }

    /// <summary>Arity, parameters, result and calling convention of a method: <c>`1(int):void</c>.</summary>
    public string Signature(MethodReference method)
    {
        var text = new StringBuilder();
        if (method.HasGenericParameters) text.Append('`').Append(method.GenericParameters.Count);
        AppendSignature(text, method);
        return text.ToString();
    }

    /// <summary>A method reference, its type arguments included.</summary>
    public string Method(MethodReference method)
    {
        var text = new StringBuilder();
        if (method is GenericInstanceMethod instance)
        {
            text.Append(Method(instance.ElementMethod)).Append('<');
            AppendList(text, instance.GenericArguments);
            return text.Append('>').ToString();
        }
        if (Definitions.Of(method) is { } definition)
        {
            text.Append(naming.Of(definition));
            // The arguments of a generic declaring type are not part of the definition's name.
            if (method.DeclaringType is GenericInstanceType) text.Append(" of ").Append(Type(method.DeclaringType));
            return text.ToString();
        }
        Append(text, method.DeclaringType);
        return text.Append("::").Append(method.Name).Append(Signature(method)).ToString();
    }

    /// <summary>A field reference.</summary>
    public string Field(FieldReference field)
    {
        if (Definitions.Of(field) is { } definition)
            return field.DeclaringType is GenericInstanceType ? $"{naming.Of(definition)} of {Type(field.DeclaringType)}" : naming.Of(definition);
        return $"{Type(field.DeclaringType)}::{field.Name}:{Type(field.FieldType)}";
    }

    /// <summary>The signature of an indirect call.</summary>
    public string CallSite(IMethodSignature site)
    {
        var text = new StringBuilder();
        AppendSignature(text, site);
        return text.ToString();
    }

    private void AppendSignature(StringBuilder text, IMethodSignature method)
    {
        text.Append('(');
        for (int i = 0; i < method.Parameters.Count; i++)
        {
            if (i > 0) text.Append(',');
            Append(text, method.Parameters[i].ParameterType);
        }
        text.Append("):");
        Append(text, method.ReturnType);
        if (method.HasThis) text.Append(" this");
        if (method.ExplicitThis) text.Append(" explicit");
        if (method.CallingConvention is not (MethodCallingConvention.Default or MethodCallingConvention.Generic)) text.Append(' ').Append(method.CallingConvention);
    }

    private void AppendList(StringBuilder text, IEnumerable<TypeReference> types)
    {
        bool first = true;
        foreach (var type in types)
        {
            if (!first) text.Append(',');
            first = false;
            Append(text, type);
        }
    }

    private void Append(StringBuilder text, TypeReference type)
    {
        switch (type)
        {
            case GenericParameter parameter:
                text.Append(parameter.Type == GenericParameterType.Method ? "!!" : "!").Append(parameter.Position);
                break;
            case GenericInstanceType instance:
                Append(text, instance.ElementType);
                text.Append('<');
                AppendList(text, instance.GenericArguments);
                text.Append('>');
                break;
            case ArrayType array:
                Append(text, array.ElementType);
                text.Append(array.IsVector ? "[]" : $"[{string.Join(',', array.Dimensions)}]");
                break;
            case ByReferenceType reference:
                Append(text, reference.ElementType);
                text.Append('&');
                break;
            case PointerType pointer:
                Append(text, pointer.ElementType);
                text.Append('*');
                break;
            case PinnedType pinned:
                Append(text, pinned.ElementType);
                text.Append(" pinned");
                break;
            case RequiredModifierType required:
                Append(text, required.ElementType);
                text.Append(" modreq(");
                Append(text, required.ModifierType);
                text.Append(')');
                break;
            case OptionalModifierType optional:
                Append(text, optional.ElementType);
                text.Append(" modopt(");
                Append(text, optional.ModifierType);
                text.Append(')');
                break;
            case SentinelType sentinel:
                text.Append("...");
                Append(text, sentinel.ElementType);
                break;
            case FunctionPointerType pointer:
                text.Append("method");
                AppendSignature(text, pointer);
                break;
            case TypeDefinition definition:
                text.Append(naming.Of(definition));
                break;
            default:
                if (Definitions.Of(type) is { } own) text.Append(naming.Of(own));
                else text.Append('[').Append(Scope(type)).Append(']').Append(type.FullName);
                break;
        }
    }

    private static string Scope(TypeReference type)
    {
        while (type.DeclaringType is { } outer) type = outer;
        return type.Scope?.Name ?? "";
    }
}
