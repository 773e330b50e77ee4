using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>The lines of a method or type.</summary>
/// <param name="Where">Where it begins.</param>
/// <param name="FirstLine">1-based first line.</param>
/// <param name="LastLine">1-based last line.</param>
internal readonly record struct SourceLines(SourceLocation Where, int FirstLine, int LastLine);

/// <summary>Source positions out of a portable PDB (Portable PDB v1.0 specification: MethodDebugInformation, StateMachineMethod, TypeDefinitionDocuments).</summary>
internal sealed class SourceMap
{
    // Portable PDB specification, "Type Documents".
    private static readonly Guid TypeDefinitionDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    private readonly Dictionary<int, ImmutableArray<SequencePoint>> points = [];
    private readonly Dictionary<DocumentHandle, string> documents = [];
    private readonly Dictionary<int, string> typeDocuments = [];

    private SourceMap()
    {
    }

    /// <summary>False when there are no symbols that belong to the assembly.</summary>
    public bool Found { get; private init; }

    /// <summary>Reads the symbols of a revision; without symbols that belong to it the map is empty.</summary>
    public static SourceMap Read(PEReader assembly, ReadOnlyMemory<byte>? symbols)
    {
        using var provider = Open(assembly, symbols);
        if (provider is null) return new SourceMap();
        var reader = provider.GetMetadataReader();
        return BelongsTo(assembly, reader) ? new SourceMap(reader) { Found = true } : new SourceMap();
    }

    private SourceMap(MetadataReader reader)
    {
        foreach (var handle in reader.Documents) documents[handle] = reader.GetString(reader.GetDocument(handle).Name);
        foreach (var handle in reader.MethodDebugInformation)
        {
            var seen = reader.GetMethodDebugInformation(handle).GetSequencePoints().Where(p => !p.IsHidden).ToImmutableArray();
            if (seen.Length > 0) points[MetadataTokens.GetToken(handle.ToDefinitionHandle())] = seen;
        }
        foreach (var handle in reader.CustomDebugInformation)
        {
            var information = reader.GetCustomDebugInformation(handle);
            if (information.Parent.Kind != HandleKind.TypeDefinition || reader.GetGuid(information.Kind) != TypeDefinitionDocuments) continue;
            int row = reader.GetBlobReader(information.Value).ReadCompressedInteger();
            if (documents.TryGetValue(MetadataTokens.DocumentHandle(row), out var name)) typeDocuments[MetadataTokens.GetToken(information.Parent)] = name;
        }
    }

    /// <summary>The lines of a method; null where the compiler gave it none.</summary>
    /// <param name="token">Its metadata token.</param>
    public SourceLines? OfMethod(int token)
    {
        if (!points.TryGetValue(token, out var seen)) return null;
        var first = seen[0];
        var same = seen.Where(p => p.Document == first.Document);
        return new(Location(first), same.Min(p => p.StartLine), same.Max(p => p.EndLine));
    }

    /// <summary>The statement that an instruction belongs to; null where there is none.</summary>
    public SourceLocation? OfInstruction(int token, int offset)
    {
        if (!points.TryGetValue(token, out var seen)) return null;
        SequencePoint? last = null;
        foreach (var point in seen)
            if (point.Offset <= offset) last = point;
        return last is { } found ? Location(found) : null;
    }

    /// <summary>The file of a type without method bodies; null where it is not known.</summary>
    public string? FileOfType(int token) => typeDocuments.GetValueOrDefault(token);

    private SourceLocation Location(SequencePoint point) =>
        new(documents.GetValueOrDefault(point.Document, ""), point.StartLine, point.StartColumn, point.EndLine, point.EndColumn);

    private static MetadataReaderProvider? Open(PEReader assembly, ReadOnlyMemory<byte>? symbols)
    {
        if (symbols is { Length: > 0 } bytes)
            return MetadataReaderProvider.FromPortablePdbImage(ImmutableCollectionsMarshal.AsImmutableArray(bytes.ToArray()));
        foreach (var entry in assembly.ReadDebugDirectory())
            if (entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb) return assembly.ReadEmbeddedPortablePdbDebugDirectoryData(entry);
        return null;
    }

    /// <summary>The CodeView entry of the DLL names the PDB's id; a PDB of another build would give wrong lines.</summary>
    private static bool BelongsTo(PEReader assembly, MetadataReader symbols)
    {
        if (symbols.DebugMetadataHeader is not { } header) return false;
        var id = new BlobContentId(header.Id);
        return assembly.ReadDebugDirectory().Any(e =>
            e.Type == DebugDirectoryEntryType.CodeView && e.IsPortableCodeView
            && assembly.ReadCodeViewDebugDirectoryData(e).Guid == id.Guid && e.Stamp == id.Stamp);
    }
}
