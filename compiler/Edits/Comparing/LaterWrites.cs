using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>
/// Finds what sets an instance field while an object is made, apart from the constructors of its own class: constructors of derived classes, methods of the object that constructors
/// call, overrides of those, and methods that get the object handed over.
/// </summary>
/// <param name="types">The types among which a writer is looked for.</param>
/// <param name="find">Finds the type that a reference means; null where it is none of them.</param>
internal sealed class LaterWrites(IReadOnlyCollection<TypeDefinition> types, Func<TypeReference?, TypeDefinition?> find)
{
    /// <summary>The method that sets the field; null where none is found.</summary>
    public MethodDefinition? Find(FieldDefinition field)
    {
        var owner = field.DeclaringType;
        var family = types.Where(t => t == owner || Bases(t).Contains(owner)).ToHashSet();
        var around = family.Concat(Bases(owner)).ToHashSet();
        var queue = new Queue<MethodDefinition>(family.SelectMany(t => t.Methods).Where(m => m is { IsConstructor: true, IsStatic: false }));
        var seen = queue.ToHashSet();
        while (queue.TryDequeue(out var method))
        {
            if (!method.HasBody) continue;
            if (!(method.IsConstructor && method.DeclaringType == owner) && Sets(method, field)) return method;
            foreach (var called in method.Body.Instructions.Select(i => i.Operand).OfType<MethodReference>().SelectMany(r => Called(r, family, around)))
                if (seen.Add(called)) queue.Enqueue(called);
        }
        return null;
    }

    /// <summary>What a call may lead to that can set a field of the object.</summary>
    private IEnumerable<MethodDefinition> Called(MethodReference reference, HashSet<TypeDefinition> family, HashSet<TypeDefinition> around)
    {
        if (find(reference.DeclaringType) is not { } type) return [];
        var called = type.Methods.Where(m => IsNamedAs(m, reference)).ToList();
        if (!around.Contains(type)) return called.Where(m => m.Parameters.Any(p => find(p.ParameterType) is { } given && around.Contains(given)));
        // An object of the class is made by the constructors of its bases too.
        return called.Concat(family.SelectMany(t => t.Methods).Where(m => m.IsVirtual && called.Exists(c => c.IsVirtual) && IsNamedAs(m, reference)));
    }

    private static bool IsNamedAs(MethodDefinition method, MethodReference reference) =>
        method.Name == reference.Name && method.Parameters.Count == reference.Parameters.Count && method.HasThis == reference.HasThis;

    private bool Sets(MethodDefinition method, FieldDefinition field) => method.Body.Instructions.Any(i =>
        (i.OpCode.Code == Code.Stfld || (i.OpCode.Code == Code.Ldflda && !IsRead(i.Next))) && ((FieldReference)i.Operand).Name == field.Name && find(((FieldReference)i.Operand).DeclaringType) == field.DeclaringType);

    // A number in a text: its method takes an address and changes nothing.
    private static bool IsRead(Instruction? next) => next is { OpCode.Code: Code.Call, Operand: MethodReference { Name: "ToString" or "Equals" or "GetHashCode" or "CompareTo", DeclaringType.IsPrimitive: true } };

    private IEnumerable<TypeDefinition> Bases(TypeDefinition type) => Definitions.Bases(type, find);
}
