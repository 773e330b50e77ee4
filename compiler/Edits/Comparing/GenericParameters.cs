using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Compares constraints and variance of generic parameters.</summary>
internal static class GenericParameters
{
    /// <summary>What differs; null where nothing does. The number of parameters is part of the element's name.</summary>
    public static string? Difference(IGenericParameterProvider old, IGenericParameterProvider @new, ElementMatch match)
    {
        foreach (var (before, after) in old.GenericParameters.Zip(@new.GenericParameters))
        {
            var (was, @is) = (Text(before, match.OldText), Text(after, match.NewText));
            if (was != @is) return $"{after.Name}: {was} → {@is}";
        }
        return null;
    }

    private static string Text(GenericParameter parameter, MetadataText text)
    {
        var parts = new List<string>();
        if (parameter.Attributes != GenericParameterAttributes.NonVariant) parts.Add(parameter.Attributes.ToString());
        parts.AddRange(parameter.Constraints.Select(c => text.Type(c.ConstraintType)).Order(StringComparer.Ordinal));
        return parts.Count == 0 ? "no constraints" : string.Join(", ", parts);
    }
}
