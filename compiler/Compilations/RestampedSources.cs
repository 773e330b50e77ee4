using System.Text;
using HotpatchBuild.Compiler.Revisions;

namespace HotpatchBuild.Compiler.Compilations;

/// <summary>
/// The SDK writes the commit's name into two generated files: <c>*.AssemblyInfo.cs</c> (informational version) and
/// <c>*.sourcelink.json</c>. Where only today's files are at hand, the older commit's name is put in the place of today's.
/// </summary>
/// <param name="below">Today's generated files.</param>
/// <param name="builtFrom">The commit whose name is in them.</param>
/// <param name="wanted">The commit whose name should be.</param>
internal sealed class RestampedSources(ISourceProvider below, ObjectId builtFrom, ObjectId wanted) : ISourceProvider
{
    public string Name => below.Name;

    public byte[]? Read(string path, CancellationToken cancellation = default)
    {
        byte[]? content = below.Read(path, cancellation);
        return content is null || !IsStamped(path)
            ? content
            // Latin-1 gives every byte back as it was; the names are ASCII.
            : Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(content).Replace(builtFrom.Hex, wanted.Hex, StringComparison.Ordinal));
    }

    public bool IsFromDisk(string path) => !IsStamped(path) && below.IsFromDisk(path);

    private static bool IsStamped(string path) =>
        path.EndsWith(".AssemblyInfo.cs", StringComparison.Ordinal) || path.EndsWith(".sourcelink.json", StringComparison.Ordinal);
}
