using System.Collections.Frozen;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>What every method of an assembly can reach: elements its IL names, overrides that a virtual call may be bound to, and members of its types that
/// framework code calls (a generic collection over <c>Order</c> calls <c>Order.Equals</c>). Nodes are <see cref="ElementIdentity.Key"/>s. It reaches too
/// far rather than too short.</summary>
internal sealed class ReferenceGraph
{
    private readonly FrozenDictionary<string, string[]> edges;

    private ReferenceGraph(Dictionary<string, HashSet<string>> edges, IEnumerable<string> constructed, IEnumerable<string> written)
    {
        this.edges = edges.ToFrozenDictionary(e => e.Key, e => e.Value.ToArray(), StringComparer.Ordinal);
        ConstructedTypes = constructed.ToFrozenSet(StringComparer.Ordinal);
        WrittenStatics = written.ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>The graph of nothing.</summary>
    public static ReferenceGraph None { get; } = new([], [], []);

    /// <summary>Keys of the assembly's types that some method makes instances of. A whole-program compiler folds casts and virtual calls on types that are
    /// never constructed.</summary>
    public FrozenSet<string> ConstructedTypes { get; }

    /// <summary>Keys of the static fields that something other than their own static constructor writes, or takes the address of.</summary>
    public FrozenSet<string> WrittenStatics { get; }

    /// <summary>Builds the graph of one revision.</summary>
    public static ReferenceGraph Of(AssemblyModel model)
    {
        var edges = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var (constructed, written) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        void Edge(IMemberDefinition from, IMemberDefinition to)
        {
            var key = MetadataNames.Key(from);
            if (!edges.TryGetValue(key, out var targets)) edges[key] = targets = new(StringComparer.Ordinal);
            targets.Add(MetadataNames.Key(to));
        }
        foreach (var type in model.Types)
        {
            AddType(type, Edge);
            foreach (var method in type.Methods)
            {
                foreach (var element in model.References(method)) Edge(method, element);
                Edge(method, type);
                AddFacts(method, constructed, written);
            }
        }
        return new ReferenceGraph(edges, constructed, written);
    }

    /// <summary>What a method or type refers to directly; empty for an unknown key.</summary>
    public IReadOnlyList<string> ReferencesOf(string key) => edges.TryGetValue(key, out var targets) ? targets : [];

    /// <summary>Whether an element refers, over any number of steps, to one of the given ones. It does not count itself.</summary>
    public bool Reaches(string key, IReadOnlySet<string> targets) => PathTo(key, targets) is not null;

    /// <summary>The shortest way from an element to one of the given ones, both ends included; null where there is none.</summary>
    public IReadOnlyList<string>? PathTo(string key, IReadOnlySet<string> targets)
    {
        if (targets.Count == 0) return null;
        var from = new Dictionary<string, string?>(StringComparer.Ordinal) { [key] = null };
        var queue = new Queue<string>([key]);
        while (queue.TryDequeue(out var at))
        {
            foreach (var next in ReferencesOf(at))
            {
                if (!from.TryAdd(next, at)) continue;
                if (!targets.Contains(next))
                {
                    queue.Enqueue(next);
                    continue;
                }
                var path = new List<string>();
                for (string? step = next; step is not null; step = from[step]) path.Add(step);
                path.Reverse();
                return path;
            }
        }
        return null;
    }

    private static void AddType(TypeDefinition type, Action<IMemberDefinition, IMemberDefinition> edge)
    {
        if (Definitions.Of(type.BaseType) is { } parent)
        {
            edge(type, parent);
            edge(parent, type);
        }
        foreach (var field in type.Fields)
        {
            edge(field, type);
            if (!field.IsStatic && field.FieldType.IsValueType && Definitions.Of(field.FieldType) is { } embedded) edge(type, embedded);
        }
        foreach (var method in type.Methods)
        {
            if (method is { IsConstructor: true, IsStatic: true }) edge(type, method);
            if (!method.IsVirtual) continue;
            // What overrides or implements something of another assembly is called from there, for any type that is named there.
            bool foreign = method.HasOverrides && method.Overrides.Any(o => Definitions.Of(o) is null);
            foreach (var overridden in method.Overrides)
                if (Definitions.Of(overridden) is { } own) edge(own, method);
            if (!method.IsNewSlot && !BaseSlot(type, method, edge)) foreign = true;
            if (method.IsNewSlot && type.Interfaces.Any(i => Definitions.Of(i.InterfaceType) is null)) foreign = true;
            if (foreign) edge(type, method);
        }
        foreach (var implemented in type.Interfaces.Select(i => Definitions.Of(i.InterfaceType)).OfType<TypeDefinition>())
        {
            edge(implemented, type);
            foreach (var slot in implemented.Methods)
                for (var at = type; at is not null; at = Definitions.Of(at.BaseType))
                    foreach (var candidate in at.Methods.Where(m => SameSlot(m, slot))) edge(slot, candidate);
        }
    }

    private static bool BaseSlot(TypeDefinition type, MethodDefinition method, Action<IMemberDefinition, IMemberDefinition> edge)
    {
        bool found = false;
        for (var at = Definitions.Of(type.BaseType); at is not null; at = Definitions.Of(at.BaseType))
        {
            foreach (var slot in at.Methods.Where(m => m.IsVirtual && SameSlot(method, m)))
            {
                edge(slot, method);
                found = true;
            }
        }
        return found;
    }

    /// <summary>By name and number of parameters only: types of a generic base are written differently in both places.</summary>
    private static bool SameSlot(MethodDefinition method, MethodDefinition slot) =>
        method.Name == slot.Name && method.Parameters.Count == slot.Parameters.Count && method.GenericParameters.Count == slot.GenericParameters.Count;

    private static void AddFacts(MethodDefinition method, HashSet<string> constructed, HashSet<string> written)
    {
        if (!method.HasBody) return;
        foreach (var instruction in method.Body.Instructions)
        {
            switch (instruction.OpCode.Code)
            {
                case Code.Newobj when Definitions.Of(((MethodReference)instruction.Operand).DeclaringType) is { } made:
                    constructed.Add(MetadataNames.Key(made));
                    break;
                case Code.Box or Code.Newarr when Definitions.Of((TypeReference)instruction.Operand) is { } boxed:
                    constructed.Add(MetadataNames.Key(boxed));
                    break;
                case Code.Stsfld or Code.Ldsflda when Definitions.Of((FieldReference)instruction.Operand) is { } field
                    && !(method is { IsConstructor: true, IsStatic: true } && method.DeclaringType == field.DeclaringType):
                    written.Add(MetadataNames.Key(field));
                    break;
            }
        }
    }
}
