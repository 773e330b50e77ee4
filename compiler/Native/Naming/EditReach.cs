using HotpatchBuild.Compiler.Edits;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Native.Naming;

/// <summary>
/// Whether a difference in the compiled code of a method with unchanged IL follows from an edit of another assembly: the code generator inlines and devirtualises across assemblies, and folds
/// what it knows of the whole program. <see cref="EditSet.Explains"/> knows one assembly.
/// </summary>
internal sealed class EditReach
{
    private readonly Dictionary<string, (AssemblyModel Model, EditSet Edits)> _assemblies;
    private readonly Dictionary<string, HashSet<string>> _gates = new(StringComparer.Ordinal);

    /// <param name="assemblies">The assemblies that differ, in the new revision.</param>
    public EditReach(IEnumerable<(AssemblyModel Model, EditSet Edits)> assemblies) =>
        _assemblies = assemblies.Where(a => a.Edits.HasEffect).ToDictionary(a => a.Edits.Assembly, StringComparer.Ordinal);

    /// <summary>Whether a method reaches an edit of its own assembly or of another one.</summary>
    /// <param name="edits">Edits of its assembly.</param>
    /// <param name="method">Its key in the new revision.</param>
    public bool Explains(EditSet edits, string method) => edits.Explains(method) || (_assemblies.ContainsKey(edits.Assembly) && Passes(edits, method));

    private bool Passes(EditSet edits, string key) => GatesOf(edits.Assembly) is { Count: > 0 } gates && (gates.Contains(key) || edits.NewGraph.Reaches(key, gates));

    // The methods that use something edited of another assembly directly. Assemblies do not refer to one another in circles; two that are made to would find nothing more the second time.
    private HashSet<string> GatesOf(string assembly)
    {
        if (_gates.TryGetValue(assembly, out HashSet<string>? known))
            return known;
        HashSet<string> gates = _gates[assembly] = new(StringComparer.Ordinal);
        if (_assemblies.Count < 2)
            return gates;
        Dictionary<(string, string, string?), bool> asked = [];
        foreach (MethodDefinition method in _assemblies[assembly].Model.Types.SelectMany(t => t.Methods).Where(m => m.HasBody))
        {
            if (UsesOf(method, assembly).Any(use => asked.TryGetValue(use, out bool edited) ? edited : asked[use] = IsEdited(use)))
                gates.Add(MetadataNames.Key(method));
        }
        return gates;
    }

    private IEnumerable<(string Assembly, string Type, string? Member)> UsesOf(MethodDefinition method, string assembly) =>
        from instruction in method.Body.Instructions
        let type = instruction.Operand switch { MethodReference called => called.DeclaringType, FieldReference field => field.DeclaringType, TypeReference named => named, _ => null }
        where type is not null
        let written = type.GetElementType()
        let scope = Definitions.Of(written) is null ? Definitions.AssemblyOf(written) : assembly
        where scope != assembly && _assemblies.ContainsKey(scope)
        select (scope, written.FullName, instruction.Operand is MemberReference and not TypeReference ? ((MemberReference)instruction.Operand).Name : null);

    // Overloads are taken for one another: what is explained by too much is still compared, linked and refused like everything else.
    private bool IsEdited((string Assembly, string Type, string? Member) use)
    {
        (AssemblyModel model, EditSet edits) = _assemblies[use.Assembly];
        foreach (TypeDefinition type in model.Types.Where(t => t.FullName == use.Type))
        {
            foreach (IMemberDefinition element in type.Methods.Cast<IMemberDefinition>().Concat(type.Fields).Where(m => m.Name == use.Member).Append(type))
            {
                string key = MetadataNames.Key(element);
                if (edits.ChangedNew.Contains(key) || edits.Explains(key) || Passes(edits, key))
                    return true;
            }
        }
        return false;
    }
}
