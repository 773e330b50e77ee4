namespace HotpatchBuild.Benchmarks.LayoutFlags;

/// <summary>A program under `Programs/`.</summary>
/// <param name="Rounds">Work of one timed run: about half a second.</param>
/// <param name="CountedRounds">Work of a run under valgrind.</param>
internal sealed record MeasuredProgram(string Folder, string Assembly, int Rounds, int CountedRounds)
{
    public static IReadOnlyList<MeasuredProgram> All { get; } =
    [
        new("Pricing", "PricingCore", 200_000, 4_000),
        new("Shop", "Shop", 300_000, 4_000),
        new("Collections", "Collections", 8_000, 150),
        new("Dispatch", "Dispatch", 500_000, 8_000),
    ];
}
