using System.Text.RegularExpressions;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Managed.Linking;

/// <summary>What kinds of new elements there are: each kind has another home.</summary>
internal static partial class AddedElements
{
    // What a C# file type's name begins with: <File>F, 64 hex digits of a hash over the file's path, __ (GeneratedNames.MakeFileTypeMetadataNamePrefix in Roslyn).
    [GeneratedRegex("^<[^>]*>F[0-9A-Fa-f]{64}__", RegexOptions.CultureInvariant)]
    private static partial Regex FileType();

    /// <summary>True for a type that the compiler makes for an assembly as a whole, and what is inside of it: every emitted assembly has one of its own.
    /// A type that is known to its file only is one that a developer or a source generator wrote.</summary>
    public static bool IsHelper(TypeDefinition type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        // <PrivateImplementationDetails>; <>f__AnonymousType0, <>f__AnonymousDelegate0, <>A{00000001}, <>F{00000001}, <>z__ReadOnlyArray, <>y__InlineArray2.
        if (type.Name.StartsWith("<PrivateImplementationDetails>", StringComparison.Ordinal) || (type.Name.StartsWith("<>", StringComparison.Ordinal) && !FileType().IsMatch(type.Name)))
            return true;
        // Attributes that the framework lacks. A source generator marks those that it writes as embedded too, but not as the compiler's.
        return Has(type, "Microsoft.CodeAnalysis.EmbeddedAttribute") && Has(type, "System.Runtime.CompilerServices.CompilerGeneratedAttribute");
    }

    /// <summary>True for the type with literal data, of which only what is used is copied.</summary>
    public static bool IsLiterals(TypeDefinition type) => type is { DeclaringType: null, Name: "<PrivateImplementationDetails>" };

    /// <summary>Namespace and name under which a type stands alone, whatever it is nested in: <c>Shop.Cart</c>, <c>Line</c> for <c>Shop.Cart.Line</c>.
    /// Both follow from the full name by its last dot, as every user of a type reference takes it apart.</summary>
    public static (string Namespace, string Name) TopLevelName(TypeDefinition type)
    {
        string name = Simple(type.Name);
        if (type.DeclaringType is not { } outer)
            return (type.Namespace, name);
        (string space, string around) = TopLevelName(outer);
        return (space.Length == 0 ? around : $"{space}.{around}", name);
    }

    private static bool Has(TypeDefinition type, string attribute) => type.CustomAttributes.Any(a => a.AttributeType.FullName == attribute);

    // Characters that separate something in a full name.
    private static string Simple(string name)
    {
        char[] simple = name.ToCharArray();
        for (int i = 0; i < simple.Length; i++)
        {
            if (simple[i] is '.' or '+' or ',' or '[' or ']' or '&' or '*' or '\\' or '/')
                simple[i] = '-';
        }
        return new string(simple);
    }
}
