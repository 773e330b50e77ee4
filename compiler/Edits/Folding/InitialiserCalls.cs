using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>What a static constructor runs: the methods that it calls, and those that they call, in its own assembly. A lambda or method group is part of it where
/// the initialiser hands it to something that calls it (<c>Lazy</c>, a query), and not where it is only kept (a table of handlers). An override that is called through
/// its base member is not followed.</summary>
internal static class InitialiserCalls
{
    // What takes a delegate and keeps it for later.
    private static readonly string[] Keeping = ["Add", "TryAdd", "set_Item", "Combine", "Insert", "Push", "Enqueue"];

    /// <summary>The methods, nearest first, without the constructor itself.</summary>
    /// <param name="constructor">The static constructor.</param>
    /// <param name="model">Its assembly.</param>
    public static IEnumerable<MethodDefinition> Of(MethodDefinition constructor, AssemblyModel model)
    {
        var seen = new HashSet<MethodDefinition> { constructor };
        var queue = new Queue<MethodDefinition>(seen);
        while (queue.TryDequeue(out var method))
        {
            foreach (var called in Direct(method, model).Where(seen.Add))
            {
                yield return called;
                queue.Enqueue(called);
            }
        }
    }

    private static IEnumerable<MethodDefinition> Direct(MethodDefinition method, AssemblyModel model)
    {
        if (!method.HasBody) yield break;
        foreach (var instruction in method.Body.Instructions)
        {
            if (instruction.Operand is not MethodReference reference || Definitions.Of(reference) is not { } called) continue;
            bool taken = instruction.OpCode.Code is Code.Ldftn or Code.Ldvirtftn;
            if (!taken || IsRun(instruction)) yield return called;
        }
        // An iterator or async method runs in its state machine.
        if (model.StateMachine(method) is { } machine)
            foreach (var inner in machine.Methods.Where(m => m.Name == "MoveNext")) yield return inner;
    }

    /// <summary>Whether what is made of a function pointer goes to a call that may run it. Between the two stand its delegate's constructor, the store into the
    /// field that caches it and other arguments.</summary>
    private static bool IsRun(Instruction taken)
    {
        var at = taken.Next;
        if (at?.OpCode.Code == Code.Newobj) at = at.Next;
        for (; at is not null; at = at.Next)
        {
            switch (at.OpCode.Code)
            {
                case Code.Stsfld when AssemblyModel.Generated(Definitions.Of((FieldReference)at.Operand)!).Kind == GeneratedKind.None:
                case Code.Stfld or Code.Stelem_Ref or Code.Stelem_Any or Code.Ret:
                    return false;
                case Code.Newobj:
                    // Objects keep what they are given; Lazy runs it once and keeps the value.
                    return ((MethodReference)at.Operand).DeclaringType.FullName.StartsWith("System.Lazy`1", StringComparison.Ordinal);
                case Code.Call or Code.Callvirt when at.Operand is MethodReference { Parameters.Count: > 0 } consumer:
                    return !Keeping.Contains(consumer.Name) && !consumer.Name.StartsWith("add_", StringComparison.Ordinal);
            }
        }
        return false;
    }
}
