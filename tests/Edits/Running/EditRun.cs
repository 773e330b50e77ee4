using System.Collections.Immutable;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Tests.Edits.Building;
using HotpatchBuild.Tests.Edits.Format;

namespace HotpatchBuild.Tests.Edits.Running;

/// <summary>What became of a pair of programs under an engine.</summary>
/// <param name="Fate">Patched, refused or nothing.</param>
/// <param name="Patched">What the process printed that ran the program before the edit; with the delta, where there is one. Null when the edit broke.</param>
/// <param name="Fresh">What a process of the new build printed that did the same steps. Null when the edit broke.</param>
/// <param name="Messages">Refusals and warnings, one line each, and what the command said.</param>
/// <param name="Unsteady">What went wrong that no print shows; empty when nothing did.</param>
internal sealed record EditOutcome(Fate Fate, Prints? Patched, Prints? Fresh, ImmutableArray<string> Messages, string Unsteady)
{
    /// <summary>What an edit comes to that could not be taken to its end.</summary>
    /// <param name="problem">Why not.</param>
    public static EditOutcome Broken(Exception problem) => new(Fate.Broken, null, null, [], problem.ToString() + "\n");
}

/// <summary>One pair of programs from its sources to live processes.</summary>
internal static class EditRun
{
    /// <summary>Builds both programs, makes the delta, and runs the script with a process that gets it and with one of the new build.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="pair">The programs.</param>
    /// <param name="script">What is done with the processes.</param>
    public static EditOutcome Of(IEngineUnderTest engine, ProgramPair pair, Script script)
    {
        bool takesText = CompiledProgram.HasOn(pair.Before);
        IProgramBuild before = engine.Build(pair.Before, takesText), after = engine.Build(pair.After, takesText);
        string folder = Directory.CreateTempSubdirectory("hotpatch-edit-").FullName;
        try
        {
            DeltaOutcome delta = Make(engine, before, after, Path.Combine(folder, "App.hotpatch"));
            ScriptOutcome patched = ScriptRun.Of(before, script, delta.File), fresh = ScriptRun.Of(after, script, null);
            Fate fate = delta.File is not null && patched.Refused.IsEmpty ? Fate.Patched
                : delta.Refusals.IsEmpty && patched.Refused.IsEmpty ? Fate.Nothing
                : Fate.Refused(delta.Refusals.Select(r => r.Id).Concat(patched.Refused));
            return new EditOutcome(
                fate, patched.Prints, fresh.Prints, [.. delta.Refusals.Concat(delta.Warnings).Select(f => f.ToString()), .. patched.Said.Split('\n', StringSplitOptions.RemoveEmptyEntries)], patched.Unsteady);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // A failure of the whole build of a delta is a refusal as well.
    private static DeltaOutcome Make(IEngineUnderTest engine, IProgramBuild before, IProgramBuild after, string file)
    {
        try
        {
            return engine.MakeDelta(before, after, file);
        }
        catch (HotpatchException e)
        {
            return new DeltaOutcome(null, [e.Failure], []);
        }
    }
}
