using System.Collections.Frozen;
using System.Collections.Immutable;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.Elf;

namespace HotpatchBuild.Compiler.Native.Audit;

/// <summary>
/// Finds out for every function of the managed code whether a 5-byte jump can be stored over its entry while the program runs:
/// one aligned 8-byte word holds the window, the window belongs to the function, and nothing leads into its inside (bytes 1 to 4).
/// </summary>
public static class PrologueAudit
{
    /// <summary>Bytes that a redirecting jump overwrites.</summary>
    internal const int WindowSize = 5;

    private static readonly IReadOnlyDictionary<string, uint> NoSizes = FrozenDictionary<string, uint>.Empty;

    private const int EntryAlignment = 16;
    private const string ManagedCodeSection = "__managedcode";

    /// <summary>Audits an executable.</summary>
    /// <param name="program">The linked executable; it may be stripped.</param>
    /// <param name="debug">The file with its symbols: the executable before it was stripped, or the separate debug file.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="HotpatchException">The file has no managed code or no symbols, or is damaged.</exception>
    public static PrologueAuditReport Run(ElfFile program, ElfFile debug, string name) => Run(program, debug, name, NoSizes);

    /// <summary>Audits an executable some of whose functions have symbols without a type and a size (ILC 8.0 writes such ones for generated methods and stubs).</summary>
    /// <param name="program">The linked executable; it may be stripped.</param>
    /// <param name="debug">The file with its symbols.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="sizes">Sizes of functions by symbol, from ILC's map.</param>
    /// <exception cref="HotpatchException">The file has no managed code or no symbols, or is damaged.</exception>
    internal static PrologueAuditReport Run(ElfFile program, ElfFile debug, string name, IReadOnlyDictionary<string, uint> sizes)
    {
        ElfSection section = program.FindSection(ManagedCodeSection)
            ?? throw new HotpatchException(NativeObjectDiagnostics.NoManagedCode.With(name));
        ElfSection named = debug.FindSection(ManagedCodeSection) is { } found && found.Address == section.Address && found.Size == section.Size
            && program.BuildId.Span.SequenceEqual(debug.BuildId.Span)
            ? found
            : throw new HotpatchException(NativeObjectDiagnostics.NotItsSymbols.With(name));
        List<CodeSymbol> symbols = FunctionSymbols(debug, named, sizes);
        if (section.Type != ElfSectionType.ProgramBits)
            throw new HotpatchException(NativeObjectDiagnostics.NoManagedCode.With(name));
        if (symbols.Count == 0)
            throw new HotpatchException(NativeObjectDiagnostics.NoSymbols.With(name));

        CodeFunction[] functions = Extents(debug, named, symbols);
        var verdicts = new (PrologueVerdict Verdict, string? Reason)[functions.Length];
        verdicts.AsSpan().Fill((PrologueVerdict.Patchable, null));
        var reader = new BodyReader(program, section);
        List<(ulong From, ulong To)> crossings = [];
        ReadOnlySpan<byte> code = program.BytesOf(section).Span;
        for (int i = 0; i < functions.Length; i++)
            verdicts[i] = Judge(functions[i], code[(int)(functions[i].Start - section.Address)..], reader, crossings);
        foreach (ElfSection other in program.Sections)
        {
            if (!other.IsExecutable || other.Type != ElfSectionType.ProgramBits || other.Index == section.Index)
                continue;
            if (debug.FindSection(other.Name) is { } same && same.Address == other.Address && same.Size == other.Size)
                reader.CollectReferencesInto(section, FunctionSymbols(debug, same, sizes), other, crossings);
        }
        foreach (ElfRelocation relocation in program.DynamicRelocations)
        {
            if (relocation.Type == ElfRelocationType.Relative)
                crossings.Add((relocation.Offset, unchecked((ulong)relocation.Addend)));
        }
        RefuseCrossings(functions, verdicts, crossings);
        return Report(symbols, functions, verdicts);
    }

    private static (PrologueVerdict Verdict, string? Reason) Judge(
        CodeFunction function, ReadOnlySpan<byte> bytes, BodyReader reader, List<(ulong From, ulong To)> crossings)
    {
        if (function.Start % EntryAlignment != 0)
            return (PrologueVerdict.NotPatchable, "not aligned to 16 bytes");
        if (function.Size == 0)
            return (PrologueVerdict.NotPatchable, "of unknown size");
        if (function.End - function.Start < WindowSize)
            return (PrologueVerdict.NotPatchable, "shorter than a jump");
        for (int i = (int)Math.Min(function.Size, WindowSize); i < WindowSize; i++)
        {
            // int3, nop or zero: what ILC, GNU ld and lld put between functions. Anything else belongs to somebody.
            if (bytes[i] is not (0xcc or 0x90 or 0x00))
                return (PrologueVerdict.NotPatchable, "shorter than a jump");
        }
        return reader.Read(function, crossings) switch
        {
            BodyFinding.Nothing => (PrologueVerdict.Patchable, null),
            BodyFinding.Branch => (PrologueVerdict.PatchableWhenIdle, "a branch leads into the entry"),
            BodyFinding.CallReturn => (PrologueVerdict.PatchableWhenIdle, "a call returns into the entry"),
            BodyFinding.AddressTaken => (PrologueVerdict.PatchableWhenIdle, "an address inside the entry is taken"),
            BodyFinding.JumpTable => (PrologueVerdict.PatchableWhenIdle, "a jump table leads into the entry"),
            BodyFinding.UnknownJump => (PrologueVerdict.PatchableWhenIdle, "an indirect jump is not understood"),
            _ => (PrologueVerdict.NotPatchable, "not decodable"),
        };
    }

    private static void RefuseCrossings(
        CodeFunction[] functions, (PrologueVerdict Verdict, string? Reason)[] verdicts, List<(ulong From, ulong To)> crossings)
    {
        foreach ((ulong from, ulong to) in crossings)
        {
            int i = IndexOfContaining(functions, to);
            if (i >= 0 && functions[i].IsInsideWindow(to) && !functions[i].Contains(from))
                verdicts[i] = (PrologueVerdict.NotPatchable, "entered from outside behind its entry");
        }
    }

    private static int IndexOfContaining(CodeFunction[] functions, ulong address)
    {
        int low = 0, high = functions.Length;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (functions[middle].Start <= address)
                low = middle + 1;
            else
                high = middle;
        }
        return low - 1;
    }

    /// <summary>Function symbols of a section sorted by address; the largest of one address comes first.</summary>
    private static List<CodeSymbol> FunctionSymbols(ElfFile debug, ElfSection section, IReadOnlyDictionary<string, uint> sizes)
    {
        List<CodeSymbol> found = [];
        foreach (ElfSymbol symbol in debug.Symbols)
        {
            if (symbol.SectionIndex != section.Index || SizeOf(symbol) is not { } size)
                continue;
            if (symbol.Value < section.Address || symbol.Value - section.Address >= section.Size || size > section.Size - (symbol.Value - section.Address))
                throw new HotpatchException(NativeObjectDiagnostics.SymbolOutsideSection.With(symbol.Name, section.Name));
            found.Add(new CodeSymbol(symbol.Name, symbol.Value, size, symbol.Index));
        }
        found.Sort(static (a, b) => a.Value != b.Value ? a.Value.CompareTo(b.Value) : a.Size != b.Size ? b.Size.CompareTo(a.Size) : a.Index.CompareTo(b.Index));
        return found;

        ulong? SizeOf(ElfSymbol symbol) => symbol.Type == ElfSymbolType.Function ? symbol.Size
            : symbol.Type == ElfSymbolType.None && sizes.TryGetValue(symbol.Name, out uint size) ? size
            : null;
    }

    private static CodeFunction[] Extents(ElfFile debug, ElfSection section, List<CodeSymbol> functions)
    {
        // Any symbol ends a function's padding: the arena behind the last function, for example, is no function.
        List<ulong> starts = [section.Address + section.Size];
        foreach (ElfSymbol symbol in debug.Symbols)
        {
            if (symbol.SectionIndex == section.Index)
                starts.Add(symbol.Value);
        }
        starts.Sort();
        List<CodeFunction> extents = [];
        foreach (CodeSymbol symbol in functions)
        {
            if (extents.Count > 0 && extents[^1].Start == symbol.Value)
                continue;
            int next = starts.BinarySearch(symbol.Value + Math.Max(symbol.Size, 1));
            extents.Add(new CodeFunction(symbol.Value, symbol.Size, starts[Math.Min(next < 0 ? ~next : next, starts.Count - 1)]));
        }
        return [.. extents];
    }

    private static PrologueAuditReport Report(
        List<CodeSymbol> symbols, CodeFunction[] functions, (PrologueVerdict Verdict, string? Reason)[] verdicts)
    {
        var audited = ImmutableArray.CreateBuilder<AuditedFunction>(symbols.Count);
        int at = 0;
        foreach (CodeSymbol symbol in symbols)
        {
            while (functions[at].Start != symbol.Value)
                at++;
            audited.Add(new AuditedFunction(symbol.Name, symbol.Value, symbol.Size, verdicts[at].Verdict, verdicts[at].Reason));
        }
        return new PrologueAuditReport
        {
            Functions = audited.MoveToImmutable(),
            FunctionCount = functions.Length,
            PatchableCount = verdicts.Count(v => v.Verdict == PrologueVerdict.Patchable),
            PatchableWhenIdleCount = verdicts.Count(v => v.Verdict == PrologueVerdict.PatchableWhenIdle),
        };
    }
}
