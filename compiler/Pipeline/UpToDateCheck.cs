using System.Globalization;
using System.Text;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Revisions;
using HotpatchBuild.Hosting;

namespace HotpatchBuild.Compiler.Pipeline;

/// <summary>
/// Remembers in <c>obj/</c> what the last run looked at and how it ended, so that an unchanged build reads no large file. Time stamps and sizes
/// stand for contents, as in MSBuild's own up-to-date checks.
/// </summary>
internal sealed class UpToDateCheck(BuildRequest request, IEnumerable<string> inputFiles, ObjectId head, BaselineStore store)
{
    private const string OutcomePrefix = "outcome ";
    private readonly string _path = Path.Combine(request.IntermediateDirectory, "hotpatch.state");

    /// <summary>How the last run ended, when everything is as it was then; otherwise null.</summary>
    public string? LastOutcome()
    {
        if (!File.Exists(_path))
            return null;
        string text = File.ReadAllText(_path);
        int end = text.LastIndexOf(OutcomePrefix, StringComparison.Ordinal);
        return end >= 0 && text[..end] == Fingerprint() ? text[(end + OutcomePrefix.Length)..].TrimEnd('\n') : null;
    }

    /// <summary>Remembers a run that ended without an error.</summary>
    /// <param name="outcome">The line that the user was shown.</param>
    public void Remember(string outcome)
    {
        Directory.CreateDirectory(request.IntermediateDirectory);
        File.WriteAllText(_path, Fingerprint() + OutcomePrefix + outcome + "\n");
    }

    /// <summary>Forgets the last run, so that the next one does all its work.</summary>
    public void Forget() => OutputFiles.Delete(_path);

    private string Fingerprint()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"engine {typeof(UpToDateCheck).Module.ModuleVersionId}\n");
        text.Append(CultureInfo.InvariantCulture, $"head {head.Hex}\n");
        foreach (string file in inputFiles.Append(request.Delta).Append(request.SigningCertificate).Append(request.Baseline))
            text.Append(CultureInfo.InvariantCulture, $"file {file} {Stamp(file)}\n");
        foreach (string name in store.FileNames())
            text.Append(CultureInfo.InvariantCulture, $"store {name}\n");
        text.Append(CultureInfo.InvariantCulture, $"settings {request.Baseline}|{request.NewBaseline}|{request.WarnOnRefusal}|{request.Store}|{request.Native?.IlcVersion}\n");
        text.Append(CultureInfo.InvariantCulture, $"flags {string.Join(' ', request.Native?.LayoutFlags ?? [])}|{string.Join(' ', request.Frameworks)}\n");
        text.Append(CultureInfo.InvariantCulture, $"advisory {request.AdvisoryText.ReplaceLineEndings(" ")}|{string.Join(' ', request.AdvisoryIdentifiers)}\n");
        text.Append(CultureInfo.InvariantCulture, $"active {request.ActiveCode}|{request.ActiveCodeTimeout}\n");
        return text.ToString();
    }

    private static string Stamp(string path)
    {
        var file = new FileInfo(path.Length == 0 ? "/" : path);
        return file.Exists ? string.Create(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks}") : "-";
    }
}
