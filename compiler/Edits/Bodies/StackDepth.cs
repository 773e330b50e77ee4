using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>How many values lie on the evaluation stack in front of each instruction (ECMA-335 III.1.7.5: it follows from one pass in the code's order).</summary>
internal static class StackDepth
{
    /// <summary>The depths in front of the instructions of a body, by index, and behind the last one.</summary>
    public static int[] Of(MethodDefinition method)
    {
        var code = method.Body.Instructions;
        var depths = new int[code.Count + 1];
        var known = new Dictionary<Instruction, int>();
        foreach (var clause in method.Body.ExceptionHandlers)
        {
            bool pushed = clause.HandlerType is ExceptionHandlerType.Catch or ExceptionHandlerType.Filter;
            if (clause.HandlerStart is { } handler) known[handler] = pushed ? 1 : 0;
            if (clause.FilterStart is { } filter) known[filter] = 1;
        }
        int depth = 0;
        for (int i = 0; i < code.Count; i++)
        {
            var instruction = code[i];
            if (known.TryGetValue(instruction, out int there)) depth = there;
            depths[i] = depth;
            depth += Pushed(instruction) - Popped(instruction, method, depth);
            if (instruction.Operand is Instruction target) known.TryAdd(target, depth);
            if (instruction.Operand is Instruction[] targets)
                foreach (var one in targets) known.TryAdd(one, depth);
            // Behind a jump the stack is empty unless a branch from above leads there.
            if (instruction.OpCode.FlowControl is FlowControl.Branch or FlowControl.Return or FlowControl.Throw) depth = 0;
        }
        depths[^1] = depth;
        return depths;
    }

    private static int Popped(Instruction instruction, MethodDefinition method, int depth)
    {
        switch (instruction.OpCode.StackBehaviourPop)
        {
            case StackBehaviour.Pop0: return 0;
            case StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref: return 1;
            case StackBehaviour.Pop1_pop1 or StackBehaviour.Popi_pop1 or StackBehaviour.Popi_popi or StackBehaviour.Popi_popi8 or StackBehaviour.Popi_popr4
                or StackBehaviour.Popi_popr8 or StackBehaviour.Popref_pop1 or StackBehaviour.Popref_popi: return 2;
            case StackBehaviour.Popi_popi_popi or StackBehaviour.Popref_popi_popi or StackBehaviour.Popref_popi_popi8 or StackBehaviour.Popref_popi_popr4
                or StackBehaviour.Popref_popi_popr8 or StackBehaviour.Popref_popi_popref: return 3;
            case StackBehaviour.PopAll: return depth;
        }
        if (instruction.OpCode.Code == Code.Ret) return method.ReturnType.MetadataType == MetadataType.Void ? 0 : 1;
        var called = (IMethodSignature)instruction.Operand;
        int popped = called.Parameters.Count + (instruction.OpCode.Code == Code.Calli ? 1 : 0);
        return called.HasThis && !called.ExplicitThis && instruction.OpCode.Code != Code.Newobj ? popped + 1 : popped;
    }

    private static int Pushed(Instruction instruction)
    {
        switch (instruction.OpCode.StackBehaviourPush)
        {
            case StackBehaviour.Push0: return 0;
            case StackBehaviour.Push1_push1: return 2;
            case StackBehaviour.Varpush: break;
            default: return 1;
        }
        var type = ((IMethodSignature)instruction.Operand).ReturnType;
        while (type is OptionalModifierType or RequiredModifierType) type = ((TypeSpecification)type).ElementType;
        return type.MetadataType == MetadataType.Void ? 0 : 1;
    }
}
