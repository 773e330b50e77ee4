using System.Globalization;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Takes a static constructor apart into the pieces that each give one static field its value, and tells whether two revisions are the same but for the
/// pieces of fields that only one of them has.</summary>
internal static class InitialiserSlices
{
    /// <summary>The pieces of the added fields, where nothing else differs; null where something does.</summary>
    /// <param name="old">The baseline's static constructor; null where it has none.</param>
    /// <param name="new">The new revision's; null where it has none.</param>
    /// <param name="match">The partners.</param>
    public static IReadOnlyList<AddedInitialiser>? OnlyOfOtherFields(MethodDefinition? old, MethodDefinition? @new, ElementMatch match)
    {
        if (old is { HasBody: false } || @new is { HasBody: false }) return null;
        var gone = old is null ? [] : Slices(old, f => match.NewOf(f) is null);
        var added = @new is null ? [] : Slices(@new, f => match.OldOf(f) is null);
        if (gone is null || added is null) return null;
        // A field whose value is set, and set again, has no single piece.
        if (added.DistinctBy(s => s.Field).Count() < added.Count) return null;
        if (!Rest(old, gone, match.OldText).SequenceEqual(Rest(@new, added, match.NewText))) return null;
        return [.. added.Select(s => new AddedInitialiser(s.Field, @new!, s.First, s.Count))];
    }

    /// <summary>The pieces that write wanted fields; null where one of them cannot be taken out.</summary>
    private static List<Slice>? Slices(MethodDefinition constructor, Func<FieldDefinition, bool> wanted)
    {
        var code = constructor.Body.Instructions;
        var depths = StackDepth.Of(constructor);
        var found = new List<Slice>();
        int first = 0;
        for (int i = 0; i < code.Count; i++)
        {
            if (code[i].OpCode.Code != Code.Stsfld || depths[i + 1] != 0 || Definitions.Of((FieldReference)code[i].Operand) is not { } field || field.DeclaringType != constructor.DeclaringType) continue;
            var slice = new Slice(field, first, i + 1 - first);
            if (Crossed(constructor, slice)) continue;
            if (wanted(field)) found.Add(slice);
            first = i + 1;
        }
        return found.TrueForAll(s => StandsAlone(constructor, s, wanted)) ? found : null;
    }

    /// <summary>Whether a jump or a protected block leads into the piece, or out of it.</summary>
    private static bool Crossed(MethodDefinition constructor, Slice slice)
    {
        var code = constructor.Body.Instructions;
        var index = new Dictionary<Instruction, int>(code.Count);
        foreach (var instruction in code) index[instruction] = index.Count;
        bool Inside(int at) => at >= slice.First && at < slice.First + slice.Count;
        for (int i = 0; i < code.Count; i++)
        {
            foreach (var target in code[i].Operand switch { Instruction one => [one], Instruction[] many => many, _ => Array.Empty<Instruction>() })
            {
                // Where a piece begins is where code in front of it may jump to.
                if (Inside(i) ? !Inside(index[target]) : Inside(index[target]) && index[target] != slice.First) return true;
            }
            if (Inside(i) && code[i].OpCode.Code is Code.Ret) return true;
        }
        return constructor.Body.ExceptionHandlers.Any(c =>
            index[c.TryStart] is var start && (c.HandlerEnd is null ? code.Count : index[c.HandlerEnd]) is var end
            && start < slice.First + slice.Count && end > slice.First && !(Inside(start) && end <= slice.First + slice.Count));
    }

    /// <summary>Whether the piece sets no other static field and takes no value from a local that other code set.</summary>
    private static bool StandsAlone(MethodDefinition constructor, Slice slice, Func<FieldDefinition, bool> wanted)
    {
        var set = new HashSet<int>();
        foreach (var instruction in constructor.Body.Instructions.Skip(slice.First).Take(slice.Count))
        {
            if (instruction.OpCode.Code is Code.Stsfld && Definitions.Of((FieldReference)instruction.Operand) is { } field && field.DeclaringType == constructor.DeclaringType && !wanted(field)) return false;
            if (BodyText.Local(instruction, constructor.Body) is not { } local) continue;
            bool reads = instruction.OpCode.Name.StartsWith("ldloc", StringComparison.Ordinal) && !instruction.OpCode.Name.StartsWith("ldloca", StringComparison.Ordinal);
            if (reads && !set.Contains(local.Index)) return false;
            set.Add(local.Index);
        }
        return true;
    }

    /// <summary>The code without the pieces: locals by the order in which they are used, jumps by place.</summary>
    private static List<string> Rest(MethodDefinition? constructor, IReadOnlyList<Slice> without, MetadataText text)
    {
        // A type without a static constructor has one that returns at once.
        if (constructor is null) return ["ret"];
        var body = constructor.Body;
        var kept = body.Instructions.Where((_, i) => !without.Any(s => i >= s.First && i < s.First + s.Count)).ToList();
        var index = new Dictionary<Instruction, int>(kept.Count);
        foreach (var instruction in kept) index[instruction] = index.Count;
        // A jump to a piece that is taken out goes to what follows it.
        int At(Instruction? instruction)
        {
            while (instruction is not null && !index.ContainsKey(instruction)) instruction = instruction.Next;
            return instruction is null ? kept.Count : index[instruction];
        }
        var locals = new Dictionary<int, int>();
        var lines = new List<string>(kept.Count);
        var all = BodyText.Instructions(constructor, text, At);
        foreach (var instruction in kept)
        {
            if (BodyText.Local(instruction, body) is not { } local)
            {
                lines.Add(all[instruction]);
                continue;
            }
            if (!locals.TryGetValue(local.Index, out int number)) locals[local.Index] = number = locals.Count;
            var operation = instruction.OpCode.Name is var name && name.StartsWith("ldloca", StringComparison.Ordinal) ? "ldloca" : name[..5];
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{operation} {number} {text.Type(local.VariableType)}"));
        }
        foreach (var clause in body.ExceptionHandlers)
            lines.Add(string.Create(CultureInfo.InvariantCulture,
                $".try {At(clause.TryStart)}-{At(clause.TryEnd)} {clause.HandlerType} {At(clause.HandlerStart)}-{At(clause.HandlerEnd)} {(clause.FilterStart is null ? "" : At(clause.FilterStart))} {(clause.CatchType is null ? "" : text.Type(clause.CatchType))}"));
        return lines;
    }

    private readonly record struct Slice(FieldDefinition Field, int First, int Count);
}
