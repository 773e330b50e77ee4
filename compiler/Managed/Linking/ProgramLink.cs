using HotpatchBuild.Compiler.Managed.Emitting;
using HotpatchBuild.Formats.Diagnostics;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Managed.Linking;

/// <summary>What both engines do to give a program's new code a place beside the baseline's types: what no single assembly shows is looked for, then the code is linked.</summary>
internal static class ProgramLink
{
    /// <summary>Links the new code.</summary>
    /// <param name="changed">The assemblies that changed, whose edits are not refused; methods that make copies of objects with added fields are redirected too from now on.</param>
    /// <param name="build">The new build.</param>
    /// <param name="identity">What stands for both builds in the names of the emitted assemblies.</param>
    /// <param name="transitions">The methods that run at the switch.</param>
    /// <param name="refusals">Why there is no delta; empty where the result is not null.</param>
    public static DeltaLinker? Link(
        IReadOnlyList<ChangedAssembly> changed, ManagedBuild build, string identity, IEnumerable<MethodDefinition> transitions, out IReadOnlyCollection<Failure> refusals)
    {
        refusals = Elsewhere(changed, build);
        if (refusals.Count > 0)
            return null;
        ProgramElements elements = new(changed);
        CopiedObjects copied = new(changed, elements, build);
        refusals = [.. copied.Refusals.Distinct()];
        if (refusals.Count > 0)
            return null;
        DeltaLinker linker = new(elements, copied, identity);
        linker.Link(changed.SelectMany(c => c.Patched).Select(p => p.New), transitions);
        refusals = linker.Refusals;
        if (refusals.Count > 0)
            return null;
        ImageWriter.NameByContent([.. linker.Added.Select(a => a.Module)], linker.Patches);
        return linker;
    }

    private static Failure[] Elsewhere(IReadOnlyList<ChangedAssembly> changed, ManagedBuild build)
    {
        using ProgramTypes types = new(changed, build.Assemblies);
        return [.. MembersElsewhere.Refusals(changed, types), .. FieldsElsewhere.Refusals(changed, types), .. StaticsInOrder.Refusals(changed, types)];
    }
}
