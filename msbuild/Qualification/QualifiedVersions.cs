using System.Text.Json;
using System.Text.Json.Serialization;
using HotpatchBuild.Hosting;

namespace HotpatchBuild.Qualification;

/// <summary>A trial that was passed.</summary>
/// <param name="IlcVersion">Version of the ILCompiler package.</param>
/// <param name="Product">Version of this product.</param>
/// <param name="Engine">Module version ids of the assemblies that made and applied the patch: another build of the same version is another engine.</param>
/// <param name="LayoutFlags">The layout flags that it was tried with.</param>
/// <param name="QualifiedAt">When.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Checks">What was checked.</param>
internal sealed record Qualified(
    string IlcVersion, string Product, IReadOnlyList<string> Engine, IReadOnlyList<string> LayoutFlags, DateTimeOffset QualifiedAt, double Seconds, IReadOnlyList<string> Checks)
{
    /// <summary>True when the other one is of the same things, whenever it was made.</summary>
    public bool Covers(Qualified other) =>
        IlcVersion == other.IlcVersion && Product == other.Product && Engine.SequenceEqual(other.Engine) && LayoutFlags.SequenceEqual(other.LayoutFlags);
}

/// <summary>The user's memory of trials that were passed: a file for each ILC version (XDG Base Directory Specification: it can be made again, so it is a cache).</summary>
internal static class QualifiedVersions
{
    private static readonly string s_folder = Path.Combine(CacheHome(), "hotpatchbuild", "qualified");

    /// <summary>The file of an ILC version.</summary>
    public static string FileOf(Qualified wanted) => Path.Combine(s_folder, FileName($"{wanted.IlcVersion}-{wanted.Product}.json"));

    /// <summary>The trial that covers what is wanted, or null. A file that cannot be read is as good as none: the trial is made again.</summary>
    public static Qualified? Find(Qualified wanted)
    {
        try
        {
            using FileStream file = File.OpenRead(FileOf(wanted));
            return JsonSerializer.Deserialize(file, QualifiedJson.Default.Qualified) is { Engine: not null, LayoutFlags: not null } found && found.Covers(wanted) ? found : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Remembers a trial; a file is seen whole or not at all.</summary>
    /// <returns>What to tell the user.</returns>
    public static BuildMessage Remember(Qualified passed)
    {
        string file = FileOf(passed), temporary = $"{file}.{Environment.ProcessId}";
        try
        {
            Directory.CreateDirectory(s_folder);
            File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(passed, QualifiedJson.Default.Qualified));
            File.Move(temporary, file, overwrite: true);
            return new BuildMessage(BuildMessageKind.Detail, $"remembered in {file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new BuildMessage(BuildMessageKind.Detail, $"not remembered: {e.Message}");
        }
    }

    // A relative path in the variable is to be ignored, says the specification.
    private static string CacheHome() => Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { } home && Path.IsPathRooted(home)
        ? home
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache");

    private static string FileName(string text) => string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+' ? c : '_'));
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(Qualified))]
internal sealed partial class QualifiedJson : JsonSerializerContext;
