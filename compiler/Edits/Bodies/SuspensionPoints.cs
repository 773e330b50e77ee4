using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Where the <c>MoveNext</c> of a state machine can stop and go on: what has to stay the same for an instance that stands there while the
/// code changes under it.</summary>
internal static class SuspensionPoints
{
    /// <summary>Why an instance that was suspended in the old code cannot go on in the new; null where it can.</summary>
    /// <param name="old">The baseline's state machine.</param>
    /// <param name="text">Writes elements of the baseline under their names in the new revision.</param>
    /// <param name="new">The new revision's state machine.</param>
    public static string? Conflict(TypeDefinition old, MetadataText text, TypeDefinition @new)
    {
        var (before, after) = (MoveNext(old), MoveNext(@new));
        if (before is null || after is null) return before == after ? null : "it has no MoveNext any more";
        var (states, newStates) = (States(before), States(after));
        int points = states.Count(s => s >= 0), newPoints = newStates.Count(s => s >= 0);
        if (points != newPoints) return $"there were {points}, now there are {newPoints}";
        if (!states.SequenceEqual(newStates)) return "they are numbered anew";

        var (awaited, newAwaited) = (Awaited(before, text), Awaited(after, MetadataText.Raw));
        if (awaited.Count != newAwaited.Count) return $"there were {awaited.Count} awaits, now there are {newAwaited.Count}";
        for (int i = 0; i < awaited.Count; i++)
        {
            if (awaited[i].Awaiter != newAwaited[i].Awaiter) return $"await {i + 1} waits for another type";
            if (awaited[i].Source == newAwaited[i].Source) continue;
            // Another call is awaited here. An awaited call that moved to another number would make instances go on at the wrong place.
            for (int j = 0; j < awaited.Count; j++)
                if (j != i && newAwaited[j].Source == awaited[i].Source && awaited[j].Source != newAwaited[j].Source) return "they are in another order";
        }
        return null;
    }

    private static MethodDefinition? MoveNext(TypeDefinition machine) => machine.Methods.FirstOrDefault(m => m.Name == "MoveNext" && m.HasBody);

    /// <summary>The numbers written to the state field, in the order of the code.</summary>
    private static List<int> States(MethodDefinition moveNext)
    {
        var states = new List<int>();
        foreach (var instruction in moveNext.Body.Instructions)
        {
            if (instruction.OpCode.Code != Code.Stfld || instruction.Operand is not FieldReference { Name: "<>1__state" }) continue;
            // ldarg.0; ldc.i4 N; (dup; stloc;) stfld state
            for (var before = instruction.Previous; before is not null; before = before.Previous)
            {
                if (BodyText.Constant(before) is { } state)
                {
                    states.Add(state);
                    break;
                }
                if (before.OpCode.Code != Code.Dup && before.OpCode.Code != Code.Nop && !before.OpCode.Name.StartsWith("stloc", StringComparison.Ordinal)) break;
            }
        }
        return states;
    }

    /// <summary>For every await the awaiter's type and the call that gives what is awaited.</summary>
    private static List<(string Awaiter, string Source)> Awaited(MethodDefinition moveNext, MetadataText text)
    {
        var found = new List<(string, string)>();
        foreach (var instruction in moveNext.Body.Instructions)
        {
            if (instruction.Operand is not MethodReference { Name: "GetAwaiter", Parameters.Count: 0 } awaiter || instruction.OpCode.FlowControl != FlowControl.Call) continue;
            var source = instruction.Previous;
            while (source is { OpCode.FlowControl: FlowControl.Next or FlowControl.Call } and not { Operand: MethodReference { Name: not "ConfigureAwait" } }) source = source.Previous;
            found.Add((text.Method(awaiter), source?.Operand is MethodReference called ? text.Method(called) : ""));
        }
        return found;
    }
}
