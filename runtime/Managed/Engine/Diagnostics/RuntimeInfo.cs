using System.Buffers.Binary;
using System.Text;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Runtime.Managed.Diagnostics;

/// <summary>What a runtime says about itself (command ProcessInfo2).</summary>
/// <param name="Architecture">For example <c>x64</c>.</param>
/// <param name="EntryAssembly">Simple name of the program's assembly; may be empty.</param>
/// <param name="Version">The runtime's version, for example <c>10.0.12</c> or with more behind it.</param>
internal sealed record RuntimeInfo(string Architecture, string EntryAssembly, string Version)
{
    private const int FixedSize = sizeof(ulong) + 16; // process id, cookie

    /// <summary>Reads the payload.</summary>
    /// <exception cref="ProtocolException">It is none.</exception>
    public static RuntimeInfo Read(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < FixedSize)
            throw new ProtocolException("half a description of a runtime");
        var rest = payload[FixedSize..];
        _ = Text(ref rest); // command line
        _ = Text(ref rest); // operating system
        return new RuntimeInfo(Text(ref rest), Text(ref rest), Text(ref rest));
    }

    private static string Text(ref ReadOnlySpan<byte> rest)
    {
        var count = rest.Length >= sizeof(int) ? BinaryPrimitives.ReadInt32LittleEndian(rest) : -1;
        if (count < 0 || count > (rest.Length - sizeof(int)) / sizeof(char))
            throw new ProtocolException("half a description of a runtime");
        var text = Encoding.Unicode.GetString(rest.Slice(sizeof(int), count * sizeof(char)));
        rest = rest[(sizeof(int) + count * sizeof(char))..];
        return text.TrimEnd('\0');
    }
}
