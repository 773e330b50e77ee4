using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using HotpatchBuild.Formats.Elf;

namespace HotpatchBuild.Compiler.Baselines;

/// <summary>A symbol of the linked executable.</summary>
/// <param name="Address">Link-time virtual address.</param>
/// <param name="Size">Bytes; 0 where the linker knew none.</param>
/// <param name="Type">What it names.</param>
/// <param name="Name">Symbol name.</param>
internal readonly record struct LinkedSymbol(ulong Address, ulong Size, ElfSymbolType Type, string Name);

/// <summary>The symbols of a linked executable, sorted by address, then by name.</summary>
/// <remarks>As a file: one line each, <c>ADDRESS SIZE TYPE NAME</c>, numbers in lower-case hex, UTF-8, line feeds.</remarks>
internal sealed record SymbolListing(ImmutableArray<LinkedSymbol> Symbols)
{
    /// <summary>Takes the defined symbols out of an executable or its detached symbol file.</summary>
    /// <param name="file">The file with the symbol table.</param>
    public static SymbolListing From(ElfFile file)
    {
        var symbols = new List<LinkedSymbol>(file.Symbols.Count);
        foreach (ElfSymbol symbol in file.Symbols)
        {
            if (symbol.Place != ElfSymbolPlace.Section || symbol.Type is ElfSymbolType.Section or ElfSymbolType.File)
                continue;
            string name = symbol.Name;
            if (name.Length > 0 && !name.AsSpan().ContainsAny('\n', '\r'))
                symbols.Add(new LinkedSymbol(symbol.Value, symbol.Size, symbol.Type, name));
        }
        return new SymbolListing([.. symbols.OrderBy(s => s.Address).ThenBy(s => s.Name, StringComparer.Ordinal).ThenBy(s => s.Size)]);
    }

    /// <summary>Writes the file form.</summary>
    public byte[] ToBytes()
    {
        var text = new StringBuilder(Symbols.Length * 64);
        foreach (LinkedSymbol symbol in Symbols)
            text.Append(CultureInfo.InvariantCulture, $"{symbol.Address:x} {symbol.Size:x} {(byte)symbol.Type:x} {symbol.Name}\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Reads the file form.</summary>
    /// <param name="bytes">The file.</param>
    /// <returns>Null when a line is not a symbol or the order is wrong.</returns>
    public static SymbolListing? Read(ReadOnlySpan<byte> bytes)
    {
        var symbols = ImmutableArray.CreateBuilder<LinkedSymbol>();
        ulong last = 0;
        while (!bytes.IsEmpty)
        {
            int end = bytes.IndexOf((byte)'\n');
            if (end < 0 || !TryLine(bytes[..end], out LinkedSymbol symbol) || symbol.Address < last)
                return null;
            last = symbol.Address;
            symbols.Add(symbol);
            bytes = bytes[(end + 1)..];
        }
        return new SymbolListing(symbols.ToImmutable());
    }

    private static bool TryLine(ReadOnlySpan<byte> line, out LinkedSymbol symbol)
    {
        symbol = default;
        if (!TryField(ref line, out ulong address) || !TryField(ref line, out ulong size) || !TryField(ref line, out ulong type) || type > 15 || line.IsEmpty)
            return false;
        symbol = new LinkedSymbol(address, size, (ElfSymbolType)type, Encoding.UTF8.GetString(line));
        return true;
    }

    private static bool TryField(ref ReadOnlySpan<byte> line, out ulong value)
    {
        if (!Utf8Parser.TryParse(line, out value, out int used, 'x') || used >= line.Length || line[used] != (byte)' ')
            return false;
        line = line[(used + 1)..];
        return true;
    }
}
