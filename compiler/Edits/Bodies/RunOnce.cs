using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Code that a process runs once: the entry point, static constructors and module initialisers, and methods that only the first and the last of them
/// call, outside of loops.</summary>
internal sealed class RunOnce
{
    private const string ModuleInitialiser = "System.Runtime.CompilerServices.ModuleInitializerAttribute";

    private readonly AssemblyModel model;
    private readonly HashSet<MethodDefinition> roots = [];
    private readonly Dictionary<MethodDefinition, MethodDefinition> startOf = [];

    /// <param name="model">The revision.</param>
    /// <param name="isVisible">Whether code outside of the assembly can call a method.</param>
    public RunOnce(AssemblyModel model, Func<MethodDefinition, bool> isVisible)
    {
        this.model = model;
        foreach (var method in model.Types.SelectMany(t => t.Methods))
        {
            if (IsEntryPoint(method, model) || IsModuleInitialiser(method)) startOf[method] = method;
            if (startOf.ContainsKey(method) || method is { IsConstructor: true, IsStatic: true }) roots.Add(method);
        }
        Spread(isVisible);
    }

    /// <summary>What is called when the process starts: Main, and what the compiler makes of an async Main.</summary>
    public static bool IsEntryPoint(MethodDefinition method, AssemblyModel model)
    {
        if (model.Module.EntryPoint is not { } entry) return false;
        bool Is(MethodDefinition candidate) => candidate == entry || (entry.Name == "<Main>" && model.References(entry).Contains(candidate) && candidate.DeclaringType == entry.DeclaringType);
        if (Is(method)) return true;
        return method.Name == "MoveNext" && model.Kickoff(method.DeclaringType) is { } kickoff && Is(kickoff);
    }

    /// <summary>Whether the runtime calls a method before any other of its module.</summary>
    public static bool IsModuleInitialiser(MethodDefinition method) => AttributeComparer.Has(method, ModuleInitialiser);

    /// <summary>Whether the runtime itself starts a method, and once.</summary>
    public bool IsStart(MethodDefinition method) => roots.Contains(method) || (Machine(method) is { } kickoff && roots.Contains(kickoff));

    /// <summary>The start of the program that alone leads to a method; null where there are other ways to it, or none that is known.</summary>
    public MethodDefinition? OnlyStart(MethodDefinition method) => startOf.GetValueOrDefault(Machine(method) ?? method);

    private MethodDefinition? Machine(MethodDefinition method) => method.Name == "MoveNext" ? model.Kickoff(method.DeclaringType) : null;

    private void Spread(Func<MethodDefinition, bool> isVisible)
    {
        var calls = Calls();
        for (bool again = startOf.Count > 0; again;)
        {
            again = false;
            foreach (var (method, from) in calls)
            {
                if (startOf.ContainsKey(method) || method.IsVirtual || !method.HasBody || isVisible(method)) continue;
                var callers = from.Where(c => c.Caller != method).ToList();
                if (callers.Count == 0 || !callers.TrueForAll(c => c.Once && OnlyStart(c.Caller) is not null)) continue;
                startOf[method] = OnlyStart(callers[0].Caller)!;
                again = true;
            }
        }
    }

    private Dictionary<MethodDefinition, List<(MethodDefinition Caller, bool Once)>> Calls()
    {
        var found = new Dictionary<MethodDefinition, List<(MethodDefinition, bool)>>();
        foreach (var caller in model.Types.SelectMany(t => t.Methods).Where(m => m.HasBody))
        {
            foreach (var instruction in caller.Body.Instructions)
            {
                if (instruction.Operand is not MethodReference reference || Definitions.Of(reference) is not { } called) continue;
                if (!found.TryGetValue(called, out var list)) found[called] = list = [];
                bool direct = instruction.OpCode.Code is Code.Call or Code.Callvirt or Code.Newobj;
                list.Add((caller, direct && !Loops.IsInLoop(caller, instruction)));
            }
        }
        return found;
    }
}
