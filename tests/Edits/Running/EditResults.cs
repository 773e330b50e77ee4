using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using HotpatchBuild.Tests.Edits.Building;
using HotpatchBuild.Tests.Edits.Format;

namespace HotpatchBuild.Tests.Edits.Running;

/// <summary>Runs each edit once for each engine, whoever asks.</summary>
internal static class EditResults
{
    public static readonly ManagedEngine Managed = new();

    public static readonly NativeEngine Native = new();

    private static readonly ConcurrentDictionary<(string Engine, string Edit), Lazy<EditOutcome>> s_outcomes = new();

    /// <summary>True when every edit goes through both engines; otherwise the native engine gets a share of them.</summary>
    public static bool All { get; } = Environment.GetEnvironmentVariable("HOTPATCH_ALL_EDITS") == "1";

    /// <summary>The engines.</summary>
    public static IEnumerable<IEngineUnderTest> Engines => [Managed, Native];

    /// <summary>What became of an edit.</summary>
    public static EditOutcome Of(IEngineUnderTest engine, CatalogueEdit edit) =>
        s_outcomes.GetOrAdd((engine.Name, edit.Key), _ => new Lazy<EditOutcome>(() => Run(engine, edit))).Value;

    /// <summary>What the catalogue says.</summary>
    public static ExpectedFate Expected(IEngineUnderTest engine, CatalogueEdit edit) => engine == Managed ? edit.Managed : edit.Native;

    /// <summary>True for the edits that go through the native engine in every run: a third, the same ones each time.</summary>
    public static bool IsInEveryRun(CatalogueEdit edit) => SHA256.HashData(Encoding.UTF8.GetBytes(edit.Key))[0] % 3 == 0;

    private static EditOutcome Run(IEngineUnderTest engine, CatalogueEdit edit)
    {
        long begin = Stopwatch.GetTimestamp();
        EditOutcome outcome;
        try
        {
            outcome = EditRun.Of(engine, edit.Pair, edit.Script);
        }
        catch (Exception e)
        {
            outcome = EditOutcome.Broken(e);
        }
        ResultsFile.Add(engine, edit, outcome, begin);
        return outcome;
    }
}
