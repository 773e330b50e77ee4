using System.Security.Cryptography;
using System.Text;

namespace HotpatchBuild.Compiler.Baselines;

/// <summary>What a baseline is of. A delta is only ever made against a baseline with an equal key.</summary>
/// <param name="Program">Assembly name.</param>
/// <param name="Project">Project file, relative to the git root, with forward slashes.</param>
/// <param name="TargetFramework">For example <c>net9.0</c>.</param>
/// <param name="RuntimeIdentifier">For example <c>linux-x64</c>.</param>
/// <param name="Configuration">For example <c>Release</c>.</param>
internal sealed record BaselineKey(string Program, string Project, string TargetFramework, string RuntimeIdentifier, string Configuration)
{
    /// <summary>What the names of this key's files begin with. Projects of one name in one repository differ by the hash of their paths.</summary>
    public string FilePrefix =>
        $"{FileName(Program)}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Project)).AsSpan(0, 4))}-" +
        $"{FileName(TargetFramework)}-{FileName(RuntimeIdentifier)}-{FileName(Configuration)}-";

    /// <inheritdoc/>
    public override string ToString() => $"{Program} ({Project}, {TargetFramework}, {RuntimeIdentifier}, {Configuration})";

    private static string FileName(string text) =>
        string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_'));
}
