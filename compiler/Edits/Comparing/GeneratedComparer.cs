using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Decides about closures and state machines whose instances of the baseline the new code could not use.</summary>
internal static class GeneratedComparer
{
    /// <summary>Runs the phase.</summary>
    public static void Run(Comparison comparison)
    {
        foreach (var conflict in comparison.Match.Conflicts)
        {
            bool machine = AssemblyModel.Generated(conflict.New).Kind == GeneratedKind.StateMachine;
            comparison.Changed(machine ? EditKind.StateMachineChanged : EditKind.ClosureChanged, conflict.Old, conflict.New, detail: conflict.Reason);
            var (member, where) = Member(conflict.New, comparison);
            if (comparison.Policy.GeneratedTypesCoexist) comparison.Warn(EditDiagnostics.NewTypeStandsBeside, where, member, conflict.Reason);
            else if (!machine) comparison.Refuse(EditDiagnostics.CapturesChanged, where, member, conflict.Reason);
            else comparison.Refuse(conflict.Suspension ? EditDiagnostics.AwaitsChanged : EditDiagnostics.HoistedChanged, where, member, conflict.Reason);
        }
    }

    private static (string, Formats.Diagnostics.SourceLocation?) Member(TypeDefinition type, Comparison comparison)
    {
        IMemberDefinition member = comparison.Match.New.Kickoff(type) ?? comparison.Match.New.Owners(type).FirstOrDefault() ?? (IMemberDefinition)type;
        return (comparison.Name(member), comparison.Where(type) ?? comparison.Where(member));
    }
}
