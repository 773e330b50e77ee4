using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Formats.Diagnostics;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Managed.Linking;

/// <summary>
/// Looks for initialisers of added static fields that depend on the order in which they are written. Each added field has storage of its own, which is initialised at its first use;
/// a static constructor goes through them from first to last.
/// </summary>
internal sealed class StaticsInOrder
{
    private static readonly HashSet<string> s_changing = new(StringComparer.Ordinal)
    {
        "Add", "AddRange", "TryAdd", "GetOrAdd", "AddOrUpdate", "Insert", "Remove", "TryRemove", "Clear", "set_Item", "Push", "Pop", "TryPop", "Enqueue", "Dequeue", "TryDequeue",
    };

    private readonly ProgramTypes _types;
    private readonly HashSet<FieldDefinition> _read = [];
    private readonly HashSet<FieldDefinition> _written = [];
    private readonly HashSet<MethodDefinition> _seen = [];

    private StaticsInOrder(AddedInitialiser initialiser, ProgramTypes types)
    {
        _types = types;
        Queue<MethodDefinition> queue = [];
        Take(initialiser.Code, queue);
        while (queue.TryDequeue(out MethodDefinition? method))
            Take(method.Body.Instructions, queue);
        // That it writes itself is what it is for.
        _written.Remove(initialiser.Field);
    }

    /// <summary>Refuses the static constructors in which the order counts.</summary>
    /// <param name="changed">The assemblies that changed.</param>
    /// <param name="types">The types of all assemblies of the new build.</param>
    public static IReadOnlyList<Failure> Refusals(IReadOnlyList<ChangedAssembly> changed, ProgramTypes types)
    {
        (ChangedAssembly Owner, AddedInitialiser[] Parts)[] several =
        [
            .. from owner in changed
               from parts in owner.AddedInitialisers.Where(i => i.Field.IsStatic).GroupBy(i => i.Constructor)
               where parts.Count() > 1
               select (owner, parts.OrderBy(p => p.First).ToArray()),
        ];
        if (several.Length == 0)
            return [];
        List<Failure> refusals = [];
        foreach ((ChangedAssembly owner, AddedInitialiser[] parts) in several)
        {
            StaticsInOrder[] reach = [.. parts.Select(p => new StaticsInOrder(p, types))];
            for (int later = 1; later < parts.Length; later++)
            {
                int earlier = Array.FindIndex(reach, 0, later, r => Depends(r, reach[later], parts[later].Field));
                if (earlier < 0)
                    continue;
                string what = $"the values of {parts[earlier].Field.Name} and {parts[later].Field.Name} depend on their order";
                refusals.Add(EditDiagnostics.StaticInitialiserChanged.At(owner.Lines.Of(parts[later].Field)?.Where, owner.NewNames.Of(parts[later].Constructor), what));
                break;
            }
        }
        return refusals;
    }

    // That the later one uses the earlier one's value is well: it is there by then.
    private static bool Depends(StaticsInOrder earlier, StaticsInOrder later, FieldDefinition last) =>
        earlier._read.Contains(last) || earlier._written.Contains(last)
        || earlier._written.Any(f => later._written.Contains(f) || later._read.Contains(f)) || later._written.Any(earlier._read.Contains);

    private void Take(IEnumerable<Instruction> code, Queue<MethodDefinition> queue)
    {
        List<FieldDefinition> collections = [];
        bool changes = false;
        foreach (Instruction instruction in code)
        {
            if (instruction.Operand is FieldReference used && _types.Find(used.DeclaringType)?.Fields.FirstOrDefault(f => f.Name == used.Name) is { IsStatic: true } field
                && AssemblyModel.Generated(field).Kind == GeneratedKind.None && !AssemblyModel.IsInGenerated(field.DeclaringType))
            {
                (instruction.OpCode.Code == Code.Ldsfld ? _read : _written).Add(field);
                if (field.FieldType.Namespace.StartsWith("System.Collections", StringComparison.Ordinal))
                    collections.Add(field);
            }
            // What a delegate leads to runs later.
            if (instruction.Operand is not MethodReference called || instruction.OpCode.Code is Code.Ldftn or Code.Ldvirtftn)
                continue;
            changes |= s_changing.Contains(called.Name) && called.DeclaringType.Namespace.StartsWith("System.Collections", StringComparison.Ordinal);
            foreach (MethodDefinition method in _types.Find(called.DeclaringType)?.Methods.Where(m => m.HasBody && m.Name == called.Name && m.Parameters.Count == called.Parameters.Count) ?? [])
            {
                if (_seen.Add(method))
                    queue.Enqueue(method);
            }
        }
        if (changes)
            _written.UnionWith(collections);
    }
}
