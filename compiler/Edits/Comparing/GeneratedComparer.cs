using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Decides about closures and state machines whose instances of the baseline the new code could not use.</summary>
internal static class GeneratedComparer
{
    /// <summary>Runs the phase.</summary>
    public static void Run(Comparison comparison)
    {
        if (comparison.Policy.StaysInOldTypes)
        {
            foreach (var (lambda, reason) in comparison.Match.Ambiguous)
                comparison.Refuse(EditDiagnostics.AmbiguousLambdas, comparison.Where(lambda), comparison.Match.New.Owners(lambda).FirstOrDefault() is { } owner ? comparison.Name(owner) : comparison.Name(lambda), reason);
        }
        foreach (var conflict in comparison.Match.Conflicts)
        {
            bool machine = AssemblyModel.Generated(conflict.New).Kind == GeneratedKind.StateMachine;
            comparison.Changed(machine ? EditKind.StateMachineChanged : EditKind.ClosureChanged, conflict.Old, conflict.New, detail: conflict.Reason);
            var (member, where) = Member(conflict.New, comparison);
            if (comparison.Policy.StaysInOldTypes) Beside(conflict, machine, member, where, comparison);
            else if (comparison.Policy.GeneratedTypesCoexist) comparison.Warn(EditDiagnostics.NewTypeStandsBeside, where, member, conflict.Reason);
            else if (!machine) comparison.Refuse(EditDiagnostics.CapturesChanged, where, member, conflict.Reason);
            else comparison.Refuse(conflict.Suspension ? EditDiagnostics.AwaitsChanged : EditDiagnostics.HoistedChanged, where, member, conflict.Reason);
        }
    }

    /// <summary>Old instances keep the old code: said by how long they can live.</summary>
    private static void Beside(GeneratedConflict conflict, bool machine, string member, Formats.Diagnostics.SourceLocation? where, Comparison comparison)
    {
        if (!machine && comparison.Match.New.Makers(conflict.New).FirstOrDefault(comparison.RunOnce.IsStart) is { } start)
            comparison.Refuse(EditDiagnostics.RunOnceCaptures, where, comparison.Name(start), conflict.Reason);
        else if (machine && conflict.Old.Methods.Any(m => m.Name == "MoveNext" && Loops.MayNeverEndSuspended(m)))
            comparison.Warn(EditDiagnostics.SuspendedLoop, where, member);
        // A struct of captured variables does not outlive the call that it belongs to.
        else if (!conflict.Old.IsValueType || machine)
            comparison.Warn(EditDiagnostics.NewTypeStandsBeside, where, member, conflict.Reason);
    }

    private static (string, Formats.Diagnostics.SourceLocation?) Member(TypeDefinition type, Comparison comparison)
    {
        IMemberDefinition member = comparison.Match.New.Kickoff(type) ?? comparison.Match.New.Owners(type).FirstOrDefault() ?? (IMemberDefinition)type;
        return (comparison.Name(member), comparison.Where(type) ?? comparison.Where(member));
    }
}
