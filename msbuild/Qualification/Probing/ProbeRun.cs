using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Native.Engine;

namespace HotpatchBuild.Qualification.Probing;

/// <summary>Patches the running probe and asks it what it does then.</summary>
internal static class ProbeRun
{
    private const string Old = "old", New = "new";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The checks of the probe's <c>Program</c>.</summary>
    public static readonly string[] Checks =
        ["literal", "collection", "exceptions", "raise", "stack trace", "new type", "interface dispatch", "statics", "thread static"];

    /// <summary>Runs the checks before the patch, under it, behind its rollback and under it once more.</summary>
    /// <param name="executable">The probe.</param>
    /// <param name="delta">The delta.</param>
    /// <param name="ilcVersion">For the failure.</param>
    /// <param name="product">For the records of the process.</param>
    /// <exception cref="HotpatchException">A check fails, or the process cannot be patched.</exception>
    public static void Pass(string executable, DeltaFile delta, string ilcVersion, string product)
    {
        using ProbeProcess process = ProbeProcess.Start(executable);
        Expect("the start", process.Listen(), "ready");
        try
        {
            using LiveTarget target = LiveTarget.Open(process.Id);
            var engine = new NativeEngine(target.Target, new EngineOptions("probe", 0, product, Patience, TimeProvider.System));
            NativeDelta patch = NativeDelta.For(delta, target.Target);
            ExpectAll("before the patch", Old);
            engine.Apply(patch);
            ExpectAll("under the patch", New);
            engine.Rollback();
            ExpectAll("after the rollback", Old);
            engine.Apply(patch);
            ExpectAll("under the patch again", New);
        }
        catch (HotpatchException e) when (e.Failure.ExitCode == ExitCode.NoTarget)
        {
            throw new HotpatchException(QualificationDiagnostics.NotRun.With(ilcVersion, $"{e.Failure.Id}: {e.Failure.What.TrimEnd('.')}"), e);
        }
        catch (HotpatchException e) when (e.Failure.Id != QualificationDiagnostics.Failed.Id)
        {
            throw new HotpatchException(QualificationDiagnostics.Failed.With(ilcVersion, $"it cannot be patched ({e.Failure.Id}: {e.Failure.What.TrimEnd('.')})"), e);
        }

        void ExpectAll(string when, string answer)
        {
            foreach (string check in Checks)
                Expect($"{check} {when}", process.Ask(check), answer);
        }

        void Expect(string what, string answer, string expected)
        {
            if (answer != expected)
                throw new HotpatchException(QualificationDiagnostics.Failed.With(ilcVersion, $"{what}: {answer.TrimEnd('.')}"));
        }
    }
}
