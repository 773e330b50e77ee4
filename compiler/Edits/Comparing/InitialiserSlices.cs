using System.Globalization;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Takes a constructor apart into the pieces that each give one field its value, and tells whether two revisions are the same but for the
/// pieces of fields that only one of them has. An instance constructor's pieces begin with <c>this</c> and set its fields.</summary>
internal static class InitialiserSlices
{
    /// <summary>The pieces of the added fields, where nothing else differs; null where something does.</summary>
    /// <param name="old">The baseline's constructor; null where it has none.</param>
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

    /// <summary>The one piece of a constructor that gives a field its value; null where there is none, or more.</summary>
    public static AddedInitialiser? Of(MethodDefinition constructor, FieldDefinition field) =>
        Slices(constructor, f => f == field) is [var slice] ? new(field, constructor, slice.First, slice.Count) : null;

    /// <summary>The pieces that write wanted fields; null where one of them cannot be taken out.</summary>
    private static List<Slice>? Slices(MethodDefinition constructor, Func<FieldDefinition, bool> wanted)
    {
        var code = constructor.Body.Instructions;
        var store = constructor.IsStatic ? Code.Stsfld : Code.Stfld;
        var depths = StackDepth.Of(constructor);
        var found = new List<Slice>();
        int first = 0;
        for (int i = 0; i < code.Count; i++)
        {
            // Behind a call that leaves nothing on the stack another piece may begin: the call of the base class's constructor is none.
            if (!constructor.IsStatic && depths[i + 1] == 0 && code[i].OpCode.FlowControl == FlowControl.Call) first = i + 1;
            if (code[i].OpCode.Code != store || depths[i + 1] != 0 || Definitions.Of((FieldReference)code[i].Operand) is not { } field || field.DeclaringType != constructor.DeclaringType) continue;
            var slice = new Slice(field, first, i + 1 - first);
            if (Crossed(constructor, slice)) continue;
            first = i + 1;
            // What lies at the bottom of the stack until the write takes it is the object.
            if (!constructor.IsStatic && !(code[slice.First].OpCode.Code == Code.Ldarg_0 && Enumerable.Range(slice.First + 1, slice.Count - 1).All(at => depths[at] > 0) && !Skipped(constructor, slice))) continue;
            if (wanted(field)) found.Add(slice);
        }
        // A write of which no piece could be made.
        if (!constructor.IsStatic && Writes(constructor, store, wanted) != found.Count) return null;
        return found.TrueForAll(s => StandsAlone(constructor, s, wanted)) ? found : null;
    }

    /// <summary>Whether a jump leads over the piece.</summary>
    private static bool Skipped(MethodDefinition constructor, Slice slice)
    {
        var (from, to) = (constructor.Body.Instructions[slice.First].Offset, constructor.Body.Instructions[slice.First + slice.Count - 1].Offset);
        return constructor.Body.Instructions.Take(slice.First).Any(i => i.Operand is Instruction target ? target.Offset > to : i.Operand is Instruction[] targets && targets.Any(t => t.Offset > to))
            || constructor.Body.Instructions.Skip(slice.First + slice.Count).Any(i => i.Operand is Instruction target ? target.Offset <= from : i.Operand is Instruction[] targets && targets.Any(t => t.Offset <= from));
    }

    private static int Writes(MethodDefinition constructor, Code store, Func<FieldDefinition, bool> wanted) =>
        constructor.Body.Instructions.Count(i => i.OpCode.Code == store && Definitions.Of((FieldReference)i.Operand) is { } field && field.DeclaringType == constructor.DeclaringType && wanted(field));

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
            if (instruction.OpCode.Code is Code.Stsfld && constructor.IsStatic && Definitions.Of((FieldReference)instruction.Operand) is { } field && field.DeclaringType == constructor.DeclaringType && !wanted(field)) return false;
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
