using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Formats.Diagnostics;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Managed.Linking;

/// <summary>Looks through the program's other assemblies for what its own assembly does not show of an added instance field: code that gives it a value while an object is made,
/// and a field of a relative that it may take the place of.</summary>
internal static class FieldsElsewhere
{
    /// <summary>Refuses the fields for which there is such code, or such a field.</summary>
    /// <param name="changed">The assemblies that changed.</param>
    /// <param name="types">The types of all assemblies of the new build.</param>
    public static IReadOnlyList<Failure> Refusals(IReadOnlyList<ChangedAssembly> changed, ProgramTypes types)
    {
        if (!changed.Any(c => c.AddedFields.Any()))
            return [];
        LaterWrites writes = new(types.All, types.Find);
        List<Failure> refusals = [];
        foreach (ChangedAssembly owner in changed)
        {
            foreach (FieldDefinition field in owner.AddedFields)
            {
                if (Replaced(field, owner, changed, types) is { } gone)
                    refusals.Add(EditDiagnostics.FieldReplaced.At(owner.Lines.Of(field)?.Where, gone, owner.NewNames.Of(field)));
                // What its own assembly shows has been decided, and null is a value that new code expects.
                else if (!InstanceFields.IsNullable(field) && writes.Find(field) is { } method)
                    refusals.Add(EditDiagnostics.FirstValueUnknown.At(owner.Lines.Of(field)?.Where, owner.NewNames.Of(field), FirstValues.SetBy(method)));
            }
        }
        return refusals;
    }

    private static string? Replaced(FieldDefinition added, ChangedAssembly owner, IReadOnlyList<ChangedAssembly> changed, ProgramTypes types)
    {
        foreach (ChangedAssembly other in changed.Where(c => c != owner))
        {
            foreach (TypeDefinition type in other.New.Types.Where(t => types.Derives(t, added.DeclaringType) || types.Derives(added.DeclaringType, t)))
            {
                if (other.OldOf(type) is { } before && before.Fields.FirstOrDefault(f => !f.IsStatic && InstanceFields.HoldsState(f) && other.IsGone(f)) is { } gone)
                    return other.OldNames.Of(gone);
            }
        }
        return null;
    }
}
