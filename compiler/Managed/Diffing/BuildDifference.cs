using System.Collections.Immutable;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Managed.Diffing;

/// <summary>What came of comparing two builds.</summary>
internal sealed record BuildDifference
{
    /// <summary>The assembly of the two builds that is named first: the program, or the library.</summary>
    public required string Program { get; init; }

    /// <summary>The framework whose assemblies were taken out of packages; null for others.</summary>
    public required string? Framework { get; init; }

    /// <summary>Where the delta starts, as far as the assemblies tell.</summary>
    public required DeltaRevision Baseline { get; init; }

    /// <summary>Where it leads.</summary>
    public required DeltaRevision Target { get; init; }

    /// <summary>Assemblies that differ.</summary>
    public required ImmutableArray<string> Compared { get; init; }

    /// <summary>Number of assemblies that are the same.</summary>
    public required int Same { get; init; }

    /// <summary>Assemblies that only the old build has.</summary>
    public required ImmutableArray<string> OnlyOld { get; init; }

    /// <summary>Assemblies that only the new build has.</summary>
    public required ImmutableArray<string> OnlyNew { get; init; }

    /// <summary>The images, or the refusals.</summary>
    public required ManagedDeltaResult Result { get; init; }

    /// <summary>Compares two builds.</summary>
    /// <param name="oldPath">The build that runs.</param>
    /// <param name="newPath">The build that the delta leads to.</param>
    /// <param name="framework">Which framework's assemblies to take out of packages; null for the nearest one that both have.</param>
    /// <param name="compiler">Makes the images.</param>
    /// <param name="progress">Told what is done, in a few words.</param>
    /// <exception cref="HotpatchException">They cannot be compared.</exception>
    public static BuildDifference Of(string oldPath, string newPath, string? framework, IManagedDeltaCompiler compiler, Action<string> progress)
    {
        using Build old = Build.Open(oldPath), @new = Build.Open(newPath);
        string? taken = FrameworkOf(old, @new, framework);
        ImmutableArray<BuiltAssembly> before = old.Assemblies(Taken(old)), after = @new.Assemblies(Taken(@new));
        foreach ((Build build, ImmutableArray<BuiltAssembly> found) in ((Build, ImmutableArray<BuiltAssembly>)[])[(old, before), (@new, after)])
        {
            if (found.IsEmpty && build.IsNativeProgram())
                throw new HotpatchException(DiffDiagnostics.NativeProgram.With(build.Path));
        }
        (BuiltAssembly Old, BuiltAssembly New)[] both = [.. before.Join(after, a => a.Name, a => a.Name, (a, b) => (a, b))];
        if (both.Length == 0)
            throw new HotpatchException(DiffDiagnostics.NothingInCommon.With(oldPath, newPath));
        (BuiltAssembly Old, BuiltAssembly New)[] changed = [.. both.Where(p => p.Old.Mvid != p.New.Mvid)];
        if (changed.FirstOrDefault(p => p.Old.Name == "System.Private.CoreLib").Old is { } runtime)
            throw new HotpatchException(DiffDiagnostics.OtherRuntime.With(runtime.Name));

        string program = @new.Program ?? old.Program ?? (changed.Length > 0 ? changed : both)[0].New.Name;
        (BuiltAssembly Old, BuiltAssembly New) main = both.FirstOrDefault(p => p.New.Name == program, both[0]);
        // The program itself comes first.
        changed = [.. changed.OrderByDescending(p => p.New.Name == program).ThenBy(p => p.New.Name, StringComparer.Ordinal)];
        foreach ((BuiltAssembly assembly, _) in changed)
            progress($"comparing {assembly.Name}");
        bool whole = old.Program is not null && @new.Program is not null;
        return new BuildDifference
        {
            Program = program,
            Framework = taken,
            Baseline = Revision(main.Old),
            Target = Revision(main.New),
            Compared = [.. changed.Select(p => p.New.Name)],
            Same = both.Length - changed.Length,
            OnlyOld = [.. before.Select(a => a.Name).Except(after.Select(a => a.Name))],
            OnlyNew = [.. after.Select(a => a.Name).Except(before.Select(a => a.Name))],
            Result = changed.Length == 0 ? new ManagedDeltaResult() : compiler.Compile(BuildOf(changed.Select(p => p.Old), before, whole), BuildOf(changed.Select(p => p.New), after, whole)),
        };

        string? Taken(Build build) => build.IsPackage ? taken ?? build.Frameworks.FirstOrDefault() : null;
    }

    private static string? FrameworkOf(Build old, Build @new, string? asked)
    {
        Build[] packages = [.. new[] { old, @new }.Where(b => b.IsPackage)];
        if (packages.Length == 0)
            return null;
        if (asked is not null)
        {
            return packages.FirstOrDefault(p => !p.Frameworks.Contains(asked.ToLowerInvariant())) is { } without
                ? throw new HotpatchException(DiffDiagnostics.NoSuchFramework.With(without.Path, asked, Names(without)))
                : asked.ToLowerInvariant();
        }
        return packages[0].Frameworks.FirstOrDefault(f => TargetFrameworks.Nearness(f) > 0 && packages.All(p => p.Frameworks.Contains(f)))
            ?? throw new HotpatchException(DiffDiagnostics.NoCommonFramework.With(packages[0].Path, Names(packages[0]), packages[^1].Path, Names(packages[^1])));
    }

    private static string Names(Build package) => package.Frameworks.IsEmpty ? "none" : string.Join(", ", package.Frameworks);

    private static ManagedBuild BuildOf(IEnumerable<BuiltAssembly> changed, IEnumerable<BuiltAssembly> all, bool whole) =>
        new() { Assemblies = [.. changed.Select(a => a.Read())], References = [.. all.Select(a => a.File)], IsWhole = whole };

    /// <summary>Compilers write the commit behind the version where they are told it.</summary>
    private static DeltaRevision Revision(BuiltAssembly assembly)
    {
        int plus = assembly.Version.IndexOf('+', StringComparison.Ordinal);
        string commit = plus < 0 ? "" : assembly.Version[(plus + 1)..].ToLowerInvariant();
        bool known = commit.Length == 40 && commit.All(char.IsAsciiHexDigitLower);
        return new DeltaRevision(known ? commit : "", known ? assembly.Version[..plus] : assembly.Version, Modified: false);
    }
}
