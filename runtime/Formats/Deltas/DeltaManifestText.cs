using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.Deltas;

/// <summary>The text of <c>manifest.json</c>: indented, members in the order of <see cref="DeltaManifestLayout"/>.</summary>
internal static class DeltaManifestText
{
    private const int MaximumDepth = 8;

    /// <summary>Writes the text, with a line end behind it.</summary>
    public static ImmutableArray<byte> Write(DeltaManifest manifest)
    {
        ArrayBufferWriter<byte> text = new();
        // The default encoder escapes what HTML would need, which makes C# names hard to read; a manifest is never put into a page unescaped.
        using (Utf8JsonWriter json = new(text, new JsonWriterOptions { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            new ManifestWriter(json).Write(manifest);
        return [.. text.WrittenSpan, (byte)'\n'];
    }

    /// <summary>Reads the text; a value's meaning is not checked here.</summary>
    /// <param name="json">The text.</param>
    /// <param name="delta">The delta's name, for failures.</param>
    public static DeltaManifest Read(ReadOnlyMemory<byte> json, string delta)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaximumDepth });
            // The version comes first: what else stands in a newer manifest is not known.
            if (VersionOf(document.RootElement) is { } version && version != DeltaManifest.CurrentFormatVersion)
                throw new HotpatchException(DeltaDiagnostics.UnknownVersion.With(delta, version, DeltaManifest.CurrentFormatVersion));
            return ManifestReader.Read(document.RootElement);
        }
        catch (ManifestFormException e)
        {
            throw new HotpatchException(DeltaDiagnostics.DamagedManifest.With(delta, e.Message), e);
        }
        catch (JsonException e)
        {
            string place = e.LineNumber is { } line ? $"line {line + 1} is not as expected" : "its form is not as expected";
            throw new HotpatchException(DeltaDiagnostics.DamagedManifest.With(delta, place), e);
        }
    }

    private static int? VersionOf(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return null;
        // By enumeration, not by name: a name that is no text must not end the search with an exception.
        foreach (JsonProperty member in root.EnumerateObject())
        {
            if (IsVersion(member))
                return member.Value.ValueKind == JsonValueKind.Number && member.Value.TryGetInt32(out int version) ? version : null;
        }
        return null;
    }

    private static bool IsVersion(JsonProperty member)
    {
        try
        {
            return member.NameEquals(DeltaManifestLayout.FormatVersion);
        }
        catch (InvalidOperationException)
        {
            // Escapes that are no Unicode; the reader says so.
            return false;
        }
    }
}
