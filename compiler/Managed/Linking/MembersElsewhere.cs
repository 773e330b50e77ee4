using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Formats.Diagnostics;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Managed.Linking;

/// <summary>
/// Looks for types of the program's other assemblies, changed or not, that could override or implement a virtual or interface member which is new in a type that exists. Calls of
/// it test the object's type, and the tests are made of what the member's own assembly has.
/// </summary>
internal static class MembersElsewhere
{
    /// <summary>Refuses the members for which there may be such a type.</summary>
    /// <param name="changed">The assemblies that changed.</param>
    /// <param name="types">The types of all assemblies of the new build.</param>
    public static IReadOnlyList<Failure> Refusals(IReadOnlyList<ChangedAssembly> changed, ProgramTypes types)
    {
        List<(ChangedAssembly Owner, MethodDefinition Member)> members =
        [
            .. from owner in changed
               from type in owner.New.Types
               where owner.OldOf(type) is not null
               from method in type.Methods
               where method is { IsVirtual: true, IsNewSlot: true, IsStatic: false } && owner.OldOf(method) is null
               select (owner, method),
        ];
        if (members.Count == 0)
            return [];
        return [.. from found in members where IsMeant(found.Member, types) select Refusal(found.Owner, found.Member)];
    }

    private static bool IsMeant(MethodDefinition member, ProgramTypes types)
    {
        TypeDefinition owner = member.DeclaringType;
        foreach (TypeDefinition type in types.All.Where(t => t.Module != owner.Module))
        {
            if (owner.IsInterface)
            {
                if (type.Interfaces.Any(i => types.Find(i.InterfaceType) == owner))
                    return true;
                continue;
            }
            if (!types.Derives(type, owner))
                continue;
            // By name only: what is refused without need is a member that hides this one.
            if (type.Methods.Any(m => (m is { IsVirtual: true, IsNewSlot: false } && m.Name == member.Name) || m.Overrides.Any(o => o.Name == member.Name)))
                return true;
            if (type.Interfaces.Any(i => types.Find(i.InterfaceType) is { } own ? own.Methods.Any(m => m.Name == member.Name) : VirtualMembers.MayHaveDefaults(i.InterfaceType)))
                return true;
        }
        return false;
    }

    private static Failure Refusal(ChangedAssembly owner, MethodDefinition member) => member.DeclaringType.IsInterface
        ? EditDiagnostics.InterfaceMemberChanged.At(owner.Lines.Of(member)?.Where, owner.NewNames.Of(member), "added")
        : EditDiagnostics.VirtualAdded.At(owner.Lines.Of(member)?.Where, owner.NewNames.Of(member));
}
