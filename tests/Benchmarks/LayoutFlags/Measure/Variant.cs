namespace HotpatchBuild.Benchmarks.LayoutFlags;

/// <summary>One way to compile the same program.</summary>
/// <param name="Dehydrate">ILC's `--dehydrate`, which the SDK switches on.</param>
/// <param name="ReflectAll">`--reflectiondata:all`: every compiled method stays reachable by reflection, its virtual slot too.</param>
/// <param name="GuardedDevirtualisation">Where few types can answer a virtual call, their code behind type checks.</param>
/// <param name="Root">`--root` of the program's own assembly.</param>
internal sealed record Variant(
    string Name, bool Dehydrate = true, bool Scan = true, bool Root = false, bool Preinitialise = true, bool InlineTls = true, bool Fast = false, bool ReflectAll = false, bool GuardedDevirtualisation = true,
    bool Arena = false)
{
    /// <summary>The first one is what all others are compared with.</summary>
    public static IReadOnlyList<Variant> All { get; } =
    [
        new("plain"),
        new("no dehydration", Dehydrate: false),
        new("noscan", Scan: false),
        new("root", Root: true),
        new("nopreinitstatics", Preinitialise: false),
        new("noinlinetls", InlineTls: false),
        new("no dehydration, root", Dehydrate: false, Root: true),
        new("no dehydration, root, all reflectable", Dehydrate: false, Root: true, ReflectAll: true),
        new("no dehydration, root, no guarded devirtualisation", Dehydrate: false, Root: true, GuardedDevirtualisation: false),
        new("no dehydration, root, nopreinitstatics", Dehydrate: false, Root: true, Preinitialise: false),
        new("no dehydration, root, noscan", Dehydrate: false, Root: true, Scan: false),
        new("all four", Dehydrate: false, Root: true, Scan: false, Preinitialise: false),
        new("all four, Ot", Dehydrate: false, Root: true, Scan: false, Preinitialise: false, Fast: true),
        new("all four, arena", Dehydrate: false, Root: true, Scan: false, Preinitialise: false, Arena: true),
        new("no dehydration, root, arena", Dehydrate: false, Root: true, Arena: true),
    ];

    public string FolderName => Name.Replace(", ", "+", StringComparison.Ordinal).Replace(' ', '-');

    /// <summary>Arguments of `dotnet msbuild` that make this variant.</summary>
    public IEnumerable<string> BuildArguments(string assembly, string arenaObject)
    {
        var compiler = new List<string>();
        if (!Scan)
            compiler.Add("--noscan");
        if (Root)
            compiler.Add($"--root:{assembly}");
        if (!Preinitialise)
            compiler.Add("--nopreinitstatics");
        if (!InlineTls)
            compiler.Add("--noinlinetls");
        if (!GuardedDevirtualisation)
            compiler.Add("--codegenopt:JitEnableGuardedDevirtualization=0");
        if (compiler.Count > 0)
            yield return $"-p:VariantIlcArguments={string.Join('|', compiler)}";
        if (!Dehydrate)
            yield return "-p:IlcDehydrate=false";
        if (ReflectAll)
            yield return "-p:IlcTrimMetadata=false";
        if (Fast)
            yield return "-p:OptimizationPreference=Speed";
        if (Arena)
            yield return $"-p:VariantLinkObject={arenaObject}";
    }
}
