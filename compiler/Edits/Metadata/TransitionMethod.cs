using HotpatchBuild.Formats.PatchImages.Managed;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>A method of the new revision that an attribute marks to be run at a switch.</summary>
/// <param name="Method">The method.</param>
/// <param name="Kind">When it runs.</param>
/// <param name="Identity">What the attribute calls it, or its full name: code runs once under an identity.</param>
internal sealed record TransitionMethod(MethodDefinition Method, TransitionKind Kind, string Identity)
{
    /// <summary>Namespace of the attributes, which the package compiles into the assembly that uses them.</summary>
    public const string Namespace = "HotpatchBuild";

    private static readonly string[] Attributes = ["HotpatchTransitionAttribute", "HotpatchRollbackAttribute", "HotpatchPreconditionAttribute"];

    /// <summary>True for one of the attributes.</summary>
    public static bool IsAttribute(TypeReference type) => type.Namespace == Namespace && Attributes.Contains(type.Name);

    /// <summary>The marked methods that are new or have new code: what the baseline has, it has lived with. In the order of their identities.</summary>
    /// <param name="match">Which element is which.</param>
    /// <param name="edits">What differs.</param>
    public static IReadOnlyList<TransitionMethod> Of(ElementMatch match, IEnumerable<Edit> edits)
    {
        HashSet<string>? changed = null;
        var found = new List<TransitionMethod>();
        foreach (var method in match.New.Types.SelectMany(t => t.Methods).Where(m => m.HasCustomAttributes))
        {
            foreach (var attribute in method.CustomAttributes.Where(a => IsAttribute(a.AttributeType)))
            {
                changed ??= edits.Where(e => e is { Kind: EditKind.MethodBodyChanged, NoOp: false }).Select(e => e.Identity.Key).ToHashSet(StringComparer.Ordinal);
                if (match.OldOf(method) is { } old && IsMarked(old, attribute.AttributeType) && !changed.Contains(MetadataNames.Key(method)))
                    continue;
                string? named = attribute.HasConstructorArguments ? attribute.ConstructorArguments[0].Value as string : null;
                found.Add(new(method, (TransitionKind)Array.IndexOf(Attributes, attribute.AttributeType.Name), named is { Length: > 0 } ? named : $"{method.DeclaringType.FullName}.{method.Name}"));
            }
        }
        return [.. found.OrderBy(f => f.Kind).ThenBy(f => f.Identity, StringComparer.Ordinal)];
    }

    private static bool IsMarked(MethodDefinition method, TypeReference attribute) =>
        method.HasCustomAttributes && method.CustomAttributes.Any(a => a.AttributeType.FullName == attribute.FullName);
}
