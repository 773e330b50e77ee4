using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Says which static fields a changed static constructor initialises in another way.</summary>
internal static class StaticInitialisers
{
    /// <summary>The fields that a static constructor writes, for a message.</summary>
    public static string Written(MethodDefinition constructor)
    {
        var names = Segments(constructor, MetadataText.Raw).Where(s => s.Field is not null).Select(s => DisplayNames.FieldName(s.Field!)).Distinct().ToList();
        return names.Count > 0 ? $"it sets {string.Join(", ", names)}" : "it sets no field";
    }

    /// <summary>Whether a static constructor that is new or gone matters to nobody: it fills decimal constants only, which no code reads, or it
    /// calls module initialisers, which are reported themselves.</summary>
    public static bool IsHarmless(MethodDefinition constructor) =>
        constructor.DeclaringType.Name == "<Module>"
        || Segments(constructor, MetadataText.Raw).All(s => s.Field is null ? s.Text == "ret" : StaticFields.IsConstant(s.Field));

    /// <summary>What differs, for a message; the first field of the new revision that does; whether all that differs is harmless (decimal constants).</summary>
    public static (string What, FieldDefinition? Where, bool Harmless) Differing(MethodDefinition old, MethodDefinition @new, ElementMatch match)
    {
        var (before, after) = (Segments(old, match.OldText), Segments(@new, match.NewText));
        var (oldTexts, newTexts) = (before.Select(s => s.Text).ToList(), after.Select(s => s.Text).ToList());
        var set = after.Where(s => !oldTexts.Contains(s.Text)).ToList();
        var gone = before.Where(s => !newTexts.Contains(s.Text)).ToList();
        // The order counts too: the text of each part is the same, but one may use what another sets.
        bool sameOrder = before.Where(s => newTexts.Contains(s.Text)).Select(s => s.Text).SequenceEqual(after.Where(s => oldTexts.Contains(s.Text)).Select(s => s.Text));
        bool harmless = sameOrder && set.Count + gone.Count > 0 && set.Concat(gone).All(s => s.Field is not null && StaticFields.IsConstant(s.Field));

        var fields = set.Where(s => s.Field is not null && !StaticFields.IsConstant(s.Field)).Select(s => s.Field!).Distinct().ToList();
        if (fields.Count > 0) return ($"the value of {string.Join(", ", fields.Select(DisplayNames.FieldName))}", fields[0], harmless);
        var lost = gone.Where(s => s.Field is not null).Select(s => DisplayNames.FieldName(s.Field!)).Distinct().ToList();
        return (lost.Count > 0 ? $"it no longer sets {string.Join(", ", lost)}" : "its statements", null, harmless);
    }

    /// <summary>The code up to each write of a static field.</summary>
    private static List<(FieldDefinition? Field, string Text)> Segments(MethodDefinition constructor, MetadataText text)
    {
        var lines = BodyText.Of(constructor, text).SkipWhile(l => l.StartsWith('.')).ToList();
        var found = new List<(FieldDefinition?, string)>();
        int from = 0;
        for (int i = 0; i < constructor.Body.Instructions.Count; i++)
        {
            if (constructor.Body.Instructions[i] is not { OpCode.Code: Code.Stsfld, Operand: FieldReference written }) continue;
            // Branch targets are counted from the start of the method; an initialiser further up may have grown.
            found.Add((Definitions.Of(written), string.Join('\n', lines[from..(i + 1)].Select(l => l.IndexOf(" @", StringComparison.Ordinal) is > 0 and var at ? l[..at] : l))));
            from = i + 1;
        }
        found.Add((null, string.Join('\n', lines[from..])));
        return found;
    }
}
