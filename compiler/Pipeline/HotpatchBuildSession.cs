using System.Collections.Immutable;
using System.Globalization;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Pipeline.Engines;
using HotpatchBuild.Compiler.Pipeline.Rebuilding;
using HotpatchBuild.Compiler.Revisions;
using HotpatchBuild.Hosting;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Pipeline;

/// <summary>One project's build with <c>EmitHotpatch</c>: the table of contents of what happens behind the compiler and the linker.</summary>
/// <param name="request">What was built and what is wanted.</param>
/// <param name="engine">What is different for native code and CoreCLR.</param>
/// <param name="clock">Dates the records.</param>
internal sealed class HotpatchBuildSession(BuildRequest request, IProgramEngine engine, TimeProvider clock)
{
    /// <summary>Records the build as a baseline, makes the delta against the recorded one, or only says whether there could be one.</summary>
    /// <param name="cancellation">Ends a rebuild.</param>
    public BuildReport Run(CancellationToken cancellation)
    {
        using GitExecutable git = GitExecutable.Open(Path.GetDirectoryName(request.ProjectFile)!);
        var tree = new WorkingTree(git);
        var store = new BaselineStore(StoreDirectory(git));
        if (request.Check)
            return Check(git, tree, store, cancellation);
        var upToDate = new UpToDateCheck(request, engine.InputFiles, tree.Head, store);
        if (upToDate.LastOutcome() is { } outcome)
            return new BuildReport([new BuildMessage(BuildMessageKind.Outcome, "unchanged: " + outcome)], File.Exists(request.Delta) ? request.Delta : null, null);

        _ = DeltaAssembly.ActiveCodeOf(request);

        // From here on a run that fails must be made again.
        upToDate.Forget();
        IEngineBuild program = engine.Collect();
        BaselineKey key = KeyIn(tree);
        var rebuild = new RevisionRebuild(request, program, key, git, tree, store.Directory);
        BuildReport report = BaselineChoice.Choose(request, key, store, git, tree.Head, Rebuilt) is { } baseline
            ? CompareWith(baseline, key, program, tree, git.TopLevel, cancellation)
            : RecordBaseline(key, program, tree, store);
        if (report.Messages.All(message => message.Kind is BuildMessageKind.Detail or BuildMessageKind.Outcome))
            upToDate.Remember(report.Messages.Last(message => message.Kind == BuildMessageKind.Outcome).Text);
        return report;

        ChosenBaseline Rebuilt(ObjectId commit) => ChosenBaseline.Read(store.Add(rebuild.Run(commit, cancellation), clock.GetUtcNow()));
    }

    /// <summary>Compares as for a delta, and leaves the store, the output folder and what builds remember as they are.</summary>
    private BuildReport Check(GitExecutable git, WorkingTree tree, BaselineStore store, CancellationToken cancellation)
    {
        IEngineBuild program = engine.Collect();
        BaselineKey key = KeyIn(tree);
        var rebuild = new RevisionRebuild(request, program, key, git, tree, store.Directory);
        ChosenBaseline baseline = BaselineChoice.Choose(request, key, store, git, tree.Head, commit => new ChosenBaseline(null, rebuild.Run(commit, cancellation)))
            ?? throw new HotpatchException(PipelineDiagnostics.NothingToCheck.With(request.AssemblyName, store.Directory));
        string name = NameOf(baseline.Record.Manifest);
        ProgramDelta delta = Compare(baseline, key, program, git.TopLevel, cancellation);
        if (!delta.Refusals.IsEmpty)
            return Refused(delta, baseline, $"{request.AssemblyName} cannot be hot-patched from the baseline {name}: {Counts.Of(delta.Refusals.Length, "refusal")}");
        List<BuildMessage> messages = Warnings(delta, baseline.Record.Manifest);
        messages.Add(new BuildMessage(BuildMessageKind.Outcome, delta.Modules.IsEmpty
            ? $"{request.AssemblyName} needs no hotpatch: a process of the baseline {name} would not notice a difference"
            : $"{request.AssemblyName} can be hot-patched from the baseline {name}: {Methods(delta)}"));
        return new BuildReport(messages, null, baseline.File);
    }

    private static string Methods(ProgramDelta delta)
    {
        List<DeltaFunction> functions = [.. delta.Modules.SelectMany(module => module.Module.Functions)];
        int added = functions.Count(function => function.Added);
        return $"{Counts.Of(functions.Count - added, "method")} changed, {added} added";
    }

    private BaselineKey KeyIn(WorkingTree tree) =>
        new(request.AssemblyName, tree.Relative(request.ProjectFile), request.TargetFramework, request.RuntimeIdentifier, request.Configuration);

    private string StoreDirectory(IGitRepository git) =>
        request.Store.Length == 0 ? Path.Combine(git.TopLevel, BaselineStore.DefaultName) : Path.GetFullPath(request.Store, Path.GetDirectoryName(request.ProjectFile)!);

    private BuildReport RecordBaseline(BaselineKey key, IEngineBuild program, WorkingTree tree, BaselineStore store)
    {
        ProgramFacts facts = program.Facts();
        BaselineRecord record = BaselineRecorder.Record(program.Build, key, BaselineRecorder.OriginOf(request, program.Build, tree), facts);
        string file = store.Add(record, clock.GetUtcNow());
        // A delta in the output folder belongs to an older baseline, and the program beside it is a newer one.
        OutputFiles.Delete(request.Delta);
        return Outcome($"baseline recorded for {request.AssemblyName} {NameOf(record.Manifest)}: {facts.Summary} -> {file}", null, file);
    }

    private static ProgramDelta Compare(ChosenBaseline chosen, BaselineKey key, IEngineBuild program, string topLevel, CancellationToken cancellation)
    {
        BaselineRecord baseline = chosen.Record;
        if (baseline.Manifest.Key != key)
            throw new HotpatchException(BaselineDiagnostics.OtherProgram.With(chosen.File, baseline.Manifest.Key, key));
        program.RequireComparable(baseline.Manifest.Commit[..12], baseline);
        return SourcePlaces.In(program.Compare(baseline, cancellation), topLevel);
    }

    private BuildReport CompareWith(ChosenBaseline chosen, BaselineKey key, IEngineBuild program, WorkingTree tree, string topLevel, CancellationToken cancellation)
    {
        BaselineRecord baseline = chosen.Record;
        string name = NameOf(baseline.Manifest);
        ProgramDelta delta = Compare(chosen, key, program, topLevel, cancellation);
        if (!delta.Refusals.IsEmpty || delta.Modules.IsEmpty)
        {
            // Whatever delta stands there leads elsewhere.
            OutputFiles.Delete(request.Delta);
        }
        if (!delta.Refusals.IsEmpty)
            return Refused(delta, chosen, $"no delta for {request.AssemblyName} from the baseline {name}: {Counts.Of(delta.Refusals.Length, "refusal")}");
        List<BuildMessage> messages = Warnings(delta, baseline.Manifest);
        if (delta.Modules.IsEmpty)
        {
            messages.Add(new BuildMessage(BuildMessageKind.Outcome, $"{request.AssemblyName} is as in the baseline {name}: no delta needed"));
            return new BuildReport(messages, null, chosen.File);
        }
        long size = DeltaAssembly.Write(request, baseline, program.Build, tree, delta, clock.GetUtcNow());
        ImmutableArray<DeltaFunction> functions = [.. delta.Modules.SelectMany(module => module.Module.Functions)];
        int added = functions.Count(function => function.Added);
        messages.Add(new BuildMessage(BuildMessageKind.Outcome, string.Create(CultureInfo.InvariantCulture,
            $"delta for {request.AssemblyName} from the baseline {name}: {Counts.Of(functions.Length - added, "function")} changed, {added} added, {size} bytes -> {request.Delta}")));
        return new BuildReport(messages, request.Delta, chosen.File);
    }

    private BuildReport Refused(ProgramDelta delta, ChosenBaseline baseline, string outcome)
    {
        BuildMessageKind kind = request.WarnOnRefusal ? BuildMessageKind.Warning : BuildMessageKind.Error;
        List<BuildMessage> messages = Warnings(delta, baseline.Record.Manifest);
        foreach (Failure refusal in delta.Refusals)
            messages.Add(BuildMessage.From(refusal, kind));
        if (request.WarnOnRefusal)
            messages.Add(new BuildMessage(BuildMessageKind.Outcome, outcome));
        return new BuildReport(messages, null, baseline.File);
    }

    private static List<BuildMessage> Warnings(ProgramDelta delta, BaselineManifest baseline)
    {
        List<BuildMessage> messages = [.. delta.Warnings.Select(warning => BuildMessage.From(warning, BuildMessageKind.Warning))];
        if (baseline.Rebuilt is { } rebuilt)
        {
            Warn(RebuildDiagnostics.BuildFilesDiffer, rebuilt.ChangedBuildFiles);
            Warn(RebuildDiagnostics.SourceOrderGuessed, rebuilt.GuessedSources);
            Warn(RebuildDiagnostics.LibrariesNameACommit, rebuilt.StampedLibraries);
        }
        return messages;

        void Warn(DiagnosticDescriptor descriptor, ImmutableArray<string> files)
        {
            if (!files.IsEmpty)
                messages.Add(BuildMessage.From(descriptor.With(NameOf(baseline), string.Join(", ", files)), BuildMessageKind.Warning));
        }
    }

    private static string NameOf(BaselineManifest baseline) =>
        baseline.Commit[..12] + (baseline.Modified ? " with uncommitted changes" : "") + (baseline.Rebuilt is null ? "" : " (rebuilt)");

    private static BuildReport Outcome(string text, string? delta, string? baseline) =>
        new([new BuildMessage(BuildMessageKind.Outcome, text)], delta, baseline);
}
