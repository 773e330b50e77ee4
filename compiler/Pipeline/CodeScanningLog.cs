using System.Reflection;
using HotpatchBuild.Compiler.Revisions;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.Diagnostics.Sarif;
using HotpatchBuild.Hosting;

namespace HotpatchBuild.Compiler.Pipeline;

/// <summary>Writes a build's refusals and warnings for code scanning.</summary>
internal static class CodeScanningLog
{
    /// <summary>Writes the log.</summary>
    /// <param name="request">Where it goes.</param>
    /// <param name="report">What the build said; it need not have said anything.</param>
    /// <returns>What is to be said about it.</returns>
    public static BuildReport Write(BuildRequest request, BuildReport report)
    {
        Uri? help = null;
        if (request.HelpUri.Length > 0 && !Uri.TryCreate(request.HelpUri, UriKind.Absolute, out help))
            throw new HotpatchException(PipelineDiagnostics.BadSetting.With("HotpatchHelpUri", request.HelpUri, "an absolute URI"));
        OutputFiles.Write(request.Sarif, SarifWriter.Write(new SarifRun
        {
            Version = typeof(CodeScanningLog).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
            Category = $"hotpatch/{request.AssemblyName}/{request.TargetFramework}/",
            SourceRoot = RootOf(request),
            DefaultFile = request.ProjectFile,
            Help = help,
            Findings = [.. from message in report.Messages
                           where message.Failure is not null
                           select new SarifFinding(message.Failure!, message.Kind == BuildMessageKind.Error ? FailureSeverity.Error : FailureSeverity.Warning)],
        }));
        return new BuildReport([new BuildMessage(BuildMessageKind.Detail, $"{request.Sarif} written")], null, null);
    }

    // That there is no repository may be what the log is about to say.
    private static string RootOf(BuildRequest request)
    {
        string project = Path.GetDirectoryName(request.ProjectFile)!;
        try
        {
            using GitExecutable git = GitExecutable.Open(project);
            return git.TopLevel;
        }
        catch (HotpatchException)
        {
            return project;
        }
    }
}
