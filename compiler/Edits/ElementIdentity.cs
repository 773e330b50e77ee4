namespace HotpatchBuild.Compiler.Edits;

/// <summary>What an element is.</summary>
internal enum ElementKind
{
    /// <summary>The assembly as a whole, a resource or a reference.</summary>
    Assembly,

    /// <summary>A type.</summary>
    Type,

    /// <summary>A method, constructor or accessor.</summary>
    Method,

    /// <summary>A field or constant.</summary>
    Field,

    /// <summary>A property.</summary>
    Property,

    /// <summary>An event.</summary>
    Event,
}

/// <summary>The identity of an element in one revision's metadata, in the parts that ILC's symbol names are made of.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Assembly">Simple name of the assembly.</param>
/// <param name="Namespace">Namespace of the outermost type; empty where there is none.</param>
/// <param name="TypePath">Metadata names of the type and those around it, outermost first, with arity, separated by <c>/</c>:
/// <c>Outer/Inner`1</c>. Empty for the assembly.</param>
/// <param name="Member">Metadata name of the member, or the resource's or reference's name; empty for a type.</param>
/// <param name="Signature">For a method <c>`arity(parameter types):return type</c> with metadata names, for a field or property <c>:type</c>, else empty.
/// Types of other assemblies are written <c>[assembly]Namespace.Name</c>; generic parameters <c>!n</c> (type) and <c>!!n</c> (method).</param>
internal sealed record ElementIdentity(ElementKind Kind, string Assembly, string Namespace, string TypePath, string Member, string Signature)
{
    /// <summary>Full metadata name of the type: <c>Namespace.Outer/Inner`1</c>.</summary>
    public string TypeName => Namespace.Length == 0 ? TypePath : $"{Namespace}.{TypePath}";

    /// <summary>The identity as one string; unique within its assembly and revision.</summary>
    public string Key => Kind switch
    {
        ElementKind.Type => TypeName,
        ElementKind.Assembly => $"{Assembly}!{Member}",
        _ => $"{TypeName}::{Member}{Signature}",
    };

    /// <inheritdoc/>
    public override string ToString() => Key;
}
