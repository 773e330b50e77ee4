using System.Buffers.Binary;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Runtime.Native.Processes;

/// <summary>The few fields of an ELF file that tell how a process has mapped it (System V ABI, chapters 4 and 5).</summary>
/// <param name="Entry">e_entry.</param>
/// <param name="HeaderAddress">Link-time address at which the file's first bytes are mapped, or null when they aren't.</param>
/// <param name="TlsSize">p_memsz of PT_TLS, rounded up to its alignment; 0 without one.</param>
internal sealed record ExecutableHeader(ulong Entry, ulong? HeaderAddress, ulong TlsSize)
{
    internal const int Size = 64;
    internal const uint Magic = 0x7f454c46;
    private const int ProgramHeaderSize = 56;
    private const uint PtLoad = 1, PtTls = 7;

    internal static ulong EntryOf(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt64LittleEndian(header[24..]);

    /// <exception cref="HotpatchException">It is no ELF64 program for x86-64.</exception>
    internal static ExecutableHeader Read(Stream file, int pid, string name)
    {
        Span<byte> header = stackalloc byte[Size];
        int length = file.ReadAtLeast(header, Size, throwOnEndOfStream: false);
        if (length < Size || BinaryPrimitives.ReadUInt32BigEndian(header) != Magic)
            throw Wrong("no ELF file");
        if (header[4] != 2)
            throw Wrong("a 32-bit program");
        ushort machine = BinaryPrimitives.ReadUInt16LittleEndian(header[18..]);
        if (header[5] != 1 || machine != 62)
            throw Wrong($"for another processor (ELF machine {machine})");

        ulong at = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
        if (BinaryPrimitives.ReadUInt16LittleEndian(header[54..]) != ProgramHeaderSize || at > (ulong)file.Length || count * (long)ProgramHeaderSize > file.Length - (long)at)
            throw Wrong("damaged (its program headers)");
        ulong? headerAddress = null;
        ulong tls = 0;
        Span<byte> segment = stackalloc byte[ProgramHeaderSize];
        file.Position = (long)at;
        for (int i = 0; i < count; i++)
        {
            file.ReadExactly(segment);
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(segment);
            if (type == PtLoad && BinaryPrimitives.ReadUInt64LittleEndian(segment[8..]) == 0)
                headerAddress ??= BinaryPrimitives.ReadUInt64LittleEndian(segment[16..]);
            if (type == PtTls)
            {
                ulong size = BinaryPrimitives.ReadUInt64LittleEndian(segment[40..]), alignment = Math.Max(1, BinaryPrimitives.ReadUInt64LittleEndian(segment[48..]));
                const ulong Bound = 1 << 20; // more than any executable's block; what a damaged header says must not decide how much is read
                tls = Math.Min(Bound, size) + Math.Min(Bound, alignment) - 1;
                tls -= tls % Math.Min(Bound, alignment);
            }
        }

        return new ExecutableHeader(EntryOf(header), headerAddress, tls);

        HotpatchException Wrong(string what) => new(TargetDiagnostics.WrongArchitecture.With(pid, name, what));
    }
}
