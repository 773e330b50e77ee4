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

    /// <summary>What differs, for a message, and the first field of the new revision that does.</summary>
    public static (string What, FieldDefinition? Where) Differing(MethodDefinition old, MethodDefinition @new, ElementMatch match)
    {
        var before = Segments(old, match.OldText).Select(s => s.Text).ToList();
        var after = Segments(@new, match.NewText);
        var fields = after.Where(s => s.Field is not null && !before.Contains(s.Text)).Select(s => s.Field!).Distinct().ToList();
        if (fields.Count > 0) return ($"the value of {string.Join(", ", fields.Select(DisplayNames.FieldName))}", fields[0]);
        var gone = Segments(old, match.OldText).Where(s => s.Field is not null && after.All(a => a.Text != s.Text)).Select(s => DisplayNames.FieldName(s.Field!)).Distinct().ToList();
        return (gone.Count > 0 ? $"it no longer sets {string.Join(", ", gone)}" : "its statements", null);
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
