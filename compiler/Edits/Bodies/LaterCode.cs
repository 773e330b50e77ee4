using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>
/// Tells whether an initialiser can be evaluated later, and more than once, without anybody noticing: it makes new objects and changes nothing else, takes no argument
/// and asks for nothing that another moment answers differently, the values of static fields apart. What is not known to be so is not.
/// </summary>
internal sealed class LaterCode
{
    // Types whose constructors do nothing but make the object, and whose methods change nothing but the object that they are called on.
    private static readonly string[] Spaces = ["System.Collections", "System.Numerics"];

    private static readonly HashSet<string> Made = new(StringComparer.Ordinal)
    {
        "System.Object", "System.String", "System.Decimal", "System.DateTime", "System.DateTimeOffset", "System.TimeSpan", "System.Guid", "System.DateOnly", "System.TimeOnly", "System.Int128",
        "System.UInt128", "System.Half", "System.Version", "System.Uri", "System.Index", "System.Range", "System.EventArgs", "System.Random", "System.Lazy`1", "System.WeakReference", "System.WeakReference`1",
        "System.Nullable`1", "System.ArraySegment`1", "System.Memory`1", "System.ReadOnlyMemory`1", "System.Span`1", "System.ReadOnlySpan`1", "System.Exception", "System.InvalidOperationException",
        "System.Text.StringBuilder", "System.Threading.Lock", "System.Threading.SemaphoreSlim", "System.Threading.ReaderWriterLockSlim", "System.Threading.ManualResetEventSlim",
        "System.Threading.CountdownEvent", "System.Threading.AsyncLocal`1", "System.Threading.ThreadLocal`1", "System.Threading.Tasks.TaskCompletionSource", "System.Threading.Tasks.TaskCompletionSource`1",
        "System.Runtime.CompilerServices.ConditionalWeakTable`2", "System.Runtime.CompilerServices.StrongBox`1", "System.Text.RegularExpressions.Regex", "System.Text.Json.JsonSerializerOptions",
        "System.IO.MemoryStream", "System.IO.StringWriter", "System.IO.StringReader", "System.Buffers.ArrayBufferWriter`1", "System.Diagnostics.Stopwatch", "System.Net.Http.HttpClient",
        "System.Threading.Channels.UnboundedChannelOptions", "System.Threading.Channels.BoundedChannelOptions", "System.Globalization.CultureInfo",
    };

    // Types of which all static methods and properties do no more than compute, but for those named behind them.
    private static readonly Dictionary<string, string[]> Computing = new(StringComparer.Ordinal)
    {
        ["System.String"] = ["Intern"], ["System.Math"] = [], ["System.MathF"] = [], ["System.Decimal"] = [], ["System.TimeSpan"] = [], ["System.BitConverter"] = [], ["System.StringComparer"] = [],
        ["System.DateTime"] = ["get_Now", "get_UtcNow", "get_Today"], ["System.DateTimeOffset"] = ["get_Now", "get_UtcNow"], ["System.Guid"] = ["CreateVersion7"], ["System.Version"] = [], ["System.Char"] = [],
        ["System.Int32"] = [], ["System.Int64"] = [], ["System.Double"] = [], ["System.Tuple"] = [], ["System.Text.Encoding"] = ["RegisterProvider"], ["System.Type"] = ["GetType"],
        ["System.Runtime.CompilerServices.RuntimeHelpers"] = ["RunClassConstructor", "RunModuleConstructor", "PrepareMethod", "PrepareDelegate", "ExecuteCodeWithGuaranteedCleanup", "EnsureSufficientExecutionStack"],
        ["System.Span`1"] = [], ["System.ReadOnlySpan`1"] = [], ["System.Nullable`1"] = [],
        ["System.Threading.Channels.Channel"] = [], ["System.Index"] = [], ["System.Range"] = [],
    };

    private static readonly HashSet<string> Single = new(StringComparer.Ordinal)
    {
        "System.Array::Empty", "System.Linq.Enumerable::Empty", "System.Linq.Enumerable::Range", "System.Linq.Enumerable::Repeat", "System.IO.Path::Combine", "System.Environment::get_NewLine",
        "System.Environment::get_ProcessorCount", "System.Globalization.CultureInfo::get_InvariantCulture", "System.Threading.Tasks.Task::get_CompletedTask", "System.Threading.Tasks.Task::FromResult",
        "System.Threading.CancellationToken::get_None", "System.TimeProvider::get_System", "System.Random::get_Shared", "System.Threading.Tasks.ValueTask::get_CompletedTask", "System.Object::.ctor",
        "System.Text.Json.JsonSerializerOptions::get_Default", "System.Text.Json.JsonNamingPolicy::get_CamelCase", "System.Text.Json.JsonSerializerOptions::set_PropertyNamingPolicy",
        "System.Text.Json.JsonSerializerOptions::set_WriteIndented", "System.Text.Json.JsonSerializerOptions::set_PropertyNameCaseInsensitive",
    };

    private readonly HashSet<(MethodDefinition, bool)> seen = [];

    /// <summary>Why the value of a piece of a constructor cannot be computed later, as a clause; null where it can.</summary>
    public string? Reason(AddedInitialiser piece) => Run(piece.Constructor, piece.First + 1, piece.Count - 2, own: null);

    /// <summary>Follows code.</summary>
    /// <param name="method">The method.</param>
    /// <param name="first">Index of the first instruction.</param>
    /// <param name="count">Number of instructions.</param>
    /// <param name="own">Whether <c>this</c> is an object that nobody else knows; null where arguments mean another moment's.</param>
    private string? Run(MethodDefinition method, int first, int count, bool? own)
    {
        var code = method.Body.Instructions;
        var stack = new Stack<Value>();
        var joins = new Dictionary<Instruction, Value[]>();
        var locals = Enumerable.Repeat(Value.Other, method.Body.Variables.Count).ToArray();
        for (int i = first; i < first + count; i++)
        {
            var instruction = code[i];
            if (joins.TryGetValue(instruction, out var joined))
            {
                stack = new Stack<Value>(Meet([.. stack.Reverse()], joined));
                // What a local holds can differ from path to path.
                Array.Fill(locals, Value.Other);
            }
            if (Step(instruction, method, own, stack, locals) is { } reason) return reason;
            Instruction[] targets = instruction.Operand switch { Instruction one => [one], Instruction[] many => many, _ => [] };
            foreach (var target in targets)
            {
                if (target.Offset <= instruction.Offset) return "its initialiser has a loop";
                Value[] here = [.. stack.Reverse()];
                joins[target] = joins.TryGetValue(target, out var there) ? Meet(here, there) : here;
            }
            if (instruction.OpCode.FlowControl is FlowControl.Branch or FlowControl.Return or FlowControl.Throw) stack.Clear();
        }
        return null;
    }

    private static Value[] Meet(Value[] a, Value[] b) => a.Length == 0 ? b : a.Length != b.Length ? b.Select(_ => Value.Other).ToArray() : [.. a.Zip(b, (x, y) => x == y ? x : Value.Other)];

    private string? Step(Instruction instruction, MethodDefinition method, bool? own, Stack<Value> stack, Value[] locals)
    {
        Value Pop() => stack.Count > 0 ? stack.Pop() : Value.Other;
        void Pops(int count)
        {
            for (; count > 0; count--) Pop();
        }
        switch (instruction.OpCode.Code)
        {
            case Code.Nop or Code.Volatile or Code.Br or Code.Br_S or Code.Ret or Code.Readonly: return null;
            case Code.Ldarg_0 or Code.Ldarg_1 or Code.Ldarg_2 or Code.Ldarg_3 or Code.Ldarg_S or Code.Ldarg:
                if (own is null) return "its value depends on the arguments of the constructor";
                stack.Push(instruction.OpCode.Code == Code.Ldarg_0 && method.HasThis && own.Value ? Value.Own : Value.Other);
                return null;
            case Code.Dup:
                var top = Pop();
                stack.Push(top);
                stack.Push(top);
                return null;
            case Code.Newarr:
                Pop();
                stack.Push(Value.Own);
                return null;
            case Code.Castclass or Code.Isinst: return null;
            case Code.Ldloca or Code.Ldloca_S:
                stack.Push(locals[((VariableDefinition)instruction.Operand).Index] == Value.Own ? Value.Own : Value.Local);
                return null;
            case Code.Initobj: return Pop() == Value.Other ? Changes : null;
            case Code.Stfld:
                Pop();
                return Pop() == Value.Other ? Changes : null;
            case Code.Ldflda:
                if (Pop() is not Value.Other and var around) stack.Push(around);
                else stack.Push(Value.Other);
                return null;
            case Code.Stobj or Code.Stind_I or Code.Stind_I1 or Code.Stind_I2 or Code.Stind_I4 or Code.Stind_I8 or Code.Stind_R4 or Code.Stind_R8 or Code.Stind_Ref:
                Pop();
                return Pop() == Value.Other ? Changes : null;
            case Code.Stelem_Any or Code.Stelem_I or Code.Stelem_I1 or Code.Stelem_I2 or Code.Stelem_I4 or Code.Stelem_I8 or Code.Stelem_R4 or Code.Stelem_R8 or Code.Stelem_Ref:
                Pops(2);
                return Pop() == Value.Other ? Changes : null;
            case Code.Ldelema:
                Pop();
                stack.Push(Pop());
                return null;
            case Code.Stsfld:
                Pop();
                return Definitions.Of((FieldReference)instruction.Operand) is { } cache && AssemblyModel.Generated(cache).Kind is GeneratedKind.LambdaCache or GeneratedKind.MethodGroupCache ? null : Changes;
            case Code.Calli or Code.Jmp or Code.Localloc or Code.Cpblk or Code.Initblk or Code.Cpobj or Code.Starg or Code.Starg_S or Code.Ldarga or Code.Ldarga_S or Code.Arglist or Code.Mkrefany
                or Code.Constrained or Code.Ldvirtftn or Code.Leave or Code.Leave_S or Code.Rethrow or Code.Tail:
                return "its initialiser has code that cannot be followed";
            case Code.Newobj or Code.Call or Code.Callvirt: return Call(instruction, stack, Pop);
        }
        if (BodyText.Local(instruction, method.Body) is { } local)
        {
            if (instruction.OpCode.Name.StartsWith("ldloc", StringComparison.Ordinal)) stack.Push(locals[local.Index]);
            else locals[local.Index] = Pop() == Value.Own ? Value.Own : Value.Other;
            return null;
        }
        // The rest computes: what it takes and gives is nobody's own.
        Pops(instruction.OpCode.StackBehaviourPop switch
        {
            StackBehaviour.Pop0 => 0,
            StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref => 1,
            StackBehaviour.Popi_popi_popi or StackBehaviour.Popref_popi_popi or StackBehaviour.Popref_popi_popi8 or StackBehaviour.Popref_popi_popr4
                or StackBehaviour.Popref_popi_popr8 or StackBehaviour.Popref_popi_popref => 3,
            _ => 2,
        });
        if (instruction.OpCode.StackBehaviourPush != StackBehaviour.Push0) stack.Push(Value.Other);
        return null;
    }

    private const string Changes = "its initialiser changes something that is there already";

    private string? Call(Instruction instruction, Stack<Value> stack, Func<Value> pop)
    {
        var called = (MethodReference)instruction.Operand;
        var receiver = Value.Other;
        for (int i = called.Parameters.Count; i > 0; i--) receiver = pop();
        bool makes = instruction.OpCode.Code == Code.Newobj;
        if (!makes && called.HasThis) receiver = pop();
        string? reason = makes && instruction.Previous.OpCode.Code == Code.Ldftn ? null
            : Definitions.Of(called) is { } own ? Follow(own, makes, receiver, instruction.OpCode.Code == Code.Callvirt)
            : Known(called, makes, receiver) ? null : $"its initialiser calls {called.DeclaringType.Name.Split('`')[0]}.{(makes ? "the constructor" : called.Name)}".Replace(".the constructor", "'s constructor", StringComparison.Ordinal);
        if (reason is not null) return reason;
        if (makes) stack.Push(Value.Own);
        // What an own collection, or a span over it, hands out is its own.
        else if (called.ReturnType.MetadataType != MetadataType.Void) stack.Push(Definitions.Of(called) is null && receiver == Value.Own ? Value.Own : Value.Other);
        return null;
    }

    private string? Follow(MethodDefinition called, bool makes, Value receiver, bool dispatched)
    {
        if (dispatched && called is { IsVirtual: true, IsFinal: false } && !called.DeclaringType.IsSealed) return $"its initialiser calls {called.DeclaringType.Name}.{called.Name}, which is virtual";
        if (IsDelegate(called.DeclaringType)) return null;
        if (!called.HasBody || called.Body.HasExceptionHandlers) return "its initialiser has code that cannot be followed";
        bool own = makes || receiver is Value.Own or Value.Local;
        if (!seen.Add((called, own))) return null;
        return Run(called, 0, called.Body.Instructions.Count, own);
    }

    private static bool IsDelegate(TypeDefinition type) => type.BaseType?.FullName == "System.MulticastDelegate";

    private static bool Known(MethodReference called, bool makes, Value receiver)
    {
        var type = called.DeclaringType is GenericInstanceType instance ? instance.ElementType : called.DeclaringType;
        var name = type.FullName;
        // Sequences and functions that are handed over run code; a lazy object keeps its function for later.
        if (name is not ("System.Lazy`1" or "System.Threading.ThreadLocal`1") && called.Parameters.Any(p => RunsCode(p.ParameterType))) return false;
        // How a collection expression fills a list.
        if (name == "System.Runtime.InteropServices.CollectionsMarshal") return receiver == Value.Own;
        if (Single.Contains($"{name}::{called.Name}")) return called.Name.StartsWith("set_", StringComparison.Ordinal) ? receiver == Value.Own : true;
        bool listed = Made.Contains(name) || name.StartsWith("System.ValueTuple", StringComparison.Ordinal) || name.StartsWith("System.Tuple`", StringComparison.Ordinal)
            || Spaces.Any(s => name.StartsWith(s + ".", StringComparison.Ordinal));
        if (makes || called.Name == ".ctor") return listed || name is "System.Threading.CancellationTokenSource" && called.Parameters.Count == 0;
        if (!called.HasThis)
            return Computing.TryGetValue(name, out var except) ? !except.Contains(called.Name)
                : type.Name is not ("CollectionExtensions" or "ImmutableInterlocked") && Spaces.Any(s => name.StartsWith(s + ".", StringComparison.Ordinal));
        // A view of what others know.
        if (receiver == Value.Local && name is "System.Span`1" or "System.Memory`1" or "System.ArraySegment`1") return receiver == Value.Own || called.Name is "get_Item" or "get_Length";
        // Strings and numbers do not change.
        return name is "System.String" or "System.TimeSpan" or "System.DateTime" or "System.Decimal" or "System.Nullable`1" or "System.Version" or "System.Uri" || (listed && receiver is Value.Own or Value.Local);
    }

    private static bool RunsCode(TypeReference type) => type switch
    {
        ByReferenceType reference => RunsCode(reference.ElementType),
        GenericInstanceType instance => RunsCode(instance.ElementType),
        _ => type.FullName is "System.Collections.IEnumerable" or "System.Collections.Generic.IEnumerable`1" or "System.Delegate"
            || type.FullName.StartsWith("System.Func`", StringComparison.Ordinal) || type.FullName.StartsWith("System.Action", StringComparison.Ordinal),
    };

    /// <summary>What is known of a value on the stack.</summary>
    private enum Value
    {
        /// <summary>Nothing.</summary>
        Other,

        /// <summary>An object that was made here, or an address inside of it: nobody else knows it.</summary>
        Own,

        /// <summary>The address of a local variable: the variable itself may be set.</summary>
        Local,
    }
}
