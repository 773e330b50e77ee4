using System.Runtime.CompilerServices;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Identities of elements under their metadata names.</summary>
internal static class MetadataNames
{
    private static readonly ConditionalWeakTable<IMemberDefinition, string> Keys = [];

    /// <summary>The identity of any element.</summary>
    public static ElementIdentity Identity(IMemberDefinition element)
    {
        var type = element as TypeDefinition ?? element.DeclaringType;
        var outermost = type;
        while (outermost.DeclaringType is { } outer) outermost = outer;
        var path = outermost.Namespace.Length == 0 ? type.FullName : type.FullName[(outermost.Namespace.Length + 1)..];
        var (kind, member, signature) = element switch
        {
            TypeDefinition => (ElementKind.Type, "", ""),
            MethodDefinition method => (ElementKind.Method, method.Name, MetadataText.Raw.Signature(method)),
            FieldDefinition field => (ElementKind.Field, field.Name, $":{MetadataText.Raw.Type(field.FieldType)}"),
            PropertyDefinition property => (ElementKind.Property, property.Name, PropertySignature(property)),
            EventDefinition e => (ElementKind.Event, e.Name, $":{MetadataText.Raw.Type(e.EventType)}"),
            _ => throw new ArgumentException($"No identity for {element.GetType().Name}.", nameof(element)),
        };
        return new(kind, type.Module.Assembly.Name.Name, outermost.Namespace, path, member, signature);
    }

    /// <summary>The identity as one string. A comparison asks for it wherever an element is referred to.</summary>
    public static string Key(IMemberDefinition element) => Keys.GetValue(element, static e => Identity(e).Key);

    private static string PropertySignature(PropertyDefinition property) =>
        (property.HasParameters ? $"({string.Join(',', property.Parameters.Select(p => MetadataText.Raw.Type(p.ParameterType)))})" : "")
        + $":{MetadataText.Raw.Type(property.PropertyType)}";
}
