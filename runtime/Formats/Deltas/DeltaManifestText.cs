using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.Deltas;

/// <summary>The text of <c>manifest.json</c>: indented, members in the order in which <see cref="DeltaManifest"/> declares them.</summary>
internal static class DeltaManifestText
{
    /// <summary>Default options escape what HTML would need, which makes C# names hard to read; a manifest is never put into a page unescaped.</summary>
    private static readonly DeltaManifestJson Readable = new(new JsonSerializerOptions(DeltaManifestJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Writes the text, with a line end behind it.</summary>
    public static ImmutableArray<byte> Write(DeltaManifest manifest) => [.. JsonSerializer.SerializeToUtf8Bytes(manifest, Readable.Manifest), (byte)'\n'];

    /// <summary>Reads the text; a value's meaning is not checked here.</summary>
    /// <param name="json">The text.</param>
    /// <param name="delta">The delta's name, for failures.</param>
    public static DeltaManifest Read(ReadOnlySpan<byte> json, string delta)
    {
        try
        {
            // The version comes first: what else stands in a newer manifest is not known.
            if (VersionOf(json) is { } version && version != DeltaManifest.CurrentFormatVersion)
                throw new HotpatchException(DeltaDiagnostics.UnknownVersion.With(delta, version, DeltaManifest.CurrentFormatVersion));
            return JsonSerializer.Deserialize(json, Readable.Manifest)
                ?? throw new HotpatchException(DeltaDiagnostics.DamagedManifest.With(delta, "it is empty"));
        }
        catch (JsonException e)
        {
            string place = e.LineNumber is { } line ? $"line {line + 1} is not as expected" : "its form is not as expected";
            throw new HotpatchException(DeltaDiagnostics.DamagedManifest.With(delta, place), e);
        }
    }

    private static int? VersionOf(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = DeltaManifestJson.Default.Options.MaxDepth });
        while (reader.Read())
        {
            if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("formatVersion"u8))
                return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int version) ? version : null;
        }
        return null;
    }
}
