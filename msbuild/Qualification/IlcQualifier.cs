using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using HotpatchBuild.Compiler.Native;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Hosting;
using HotpatchBuild.Qualification.Probing;
using HotpatchBuild.Runtime.Native.Engine;

namespace HotpatchBuild.Qualification;

/// <summary>
/// Tries an ILC version by patching a small program that it compiled. Nothing in the product depends on a version number: what an ILC of
/// any version makes is either understood and holds, or refused here before anybody relies on it.
/// </summary>
public sealed class IlcQualifier : IIlcQualifier
{
    private static readonly string Product = typeof(IlcQualifier).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <inheritdoc/>
    public BuildReport Qualify(QualificationRequest request)
    {
        Qualified wanted = Wanted(request);
        if (QualifiedVersions.Find(wanted) is { } known)
            return Say(new BuildMessage(BuildMessageKind.Detail, string.Create(CultureInfo.InvariantCulture, $"ILC {request.IlcVersion} passed the probe on {known.QualifiedAt:u}")));
        if (!request.Probe)
            return Say(BuildMessage.From(QualificationDiagnostics.NotTried.With(request.IlcVersion), BuildMessageKind.Warning));
        try
        {
            long start = Stopwatch.GetTimestamp();
            Try(request);
            double seconds = Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds, 1);
            BuildMessage remembered = QualifiedVersions.Remember(wanted with { QualifiedAt = DateTimeOffset.UtcNow, Seconds = seconds });
            return Say(
                new BuildMessage(BuildMessageKind.Outcome, string.Create(CultureInfo.InvariantCulture, $"ILC {request.IlcVersion} passed the probe: {ProbeRun.Checks.Length} checks, {seconds} s, once for this version")),
                remembered);
        }
        catch (HotpatchException e)
        {
            return Say(BuildMessage.From(e.Failure, BuildMessageKind.Error));
        }
    }

    private static void Try(QualificationRequest request)
    {
        Empty(request.WorkDirectory);
        // A build task is synchronous.
        ProbeBuild build = ProbeBuild.MakeAsync(request).GetAwaiter().GetResult();
        DeltaFile delta = Made(build, request);
        ProbeRun.Pass(build.Executable, delta, request.IlcVersion, $"HotpatchBuild {Product}");
        // After a failure it stays, for whoever looks into it.
        Empty(request.WorkDirectory);
    }

    private static DeltaFile Made(ProbeBuild build, QualificationRequest request)
    {
        try
        {
            return ProbeDelta.Make(build, request.IlcVersion);
        }
        catch (HotpatchException e) when (e.Failure.Id != QualificationDiagnostics.Failed.Id)
        {
            throw new HotpatchException(QualificationDiagnostics.Failed.With(request.IlcVersion, $"{e.Failure.Id}: {e.Failure.What.TrimEnd('.')}"), e);
        }
    }

    private static void Empty(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private static Qualified Wanted(QualificationRequest request) => new(
        request.IlcVersion, Product, [.. Engine.Select(assembly => assembly.ManifestModule.ModuleVersionId.ToString())],
        [.. request.LayoutFlags.Select(flag => flag == "--root:" + request.AssemblyName ? "--root" : flag)], default, 0, ProbeRun.Checks);

    private static Assembly[] Engine => [typeof(IlcQualifier).Assembly, typeof(NativeDiagnostics).Assembly, typeof(NativeEngine).Assembly, typeof(DeltaFile).Assembly];

    private static BuildReport Say(params BuildMessage[] messages) => new(messages, null, null);
}
