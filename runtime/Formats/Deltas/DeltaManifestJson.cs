using System.Text.Json.Serialization;

namespace HotpatchBuild.Formats.Deltas;

/// <summary>How <see cref="DeltaManifest"/> becomes JSON; generated, so that it works in an ahead-of-time compiled tool.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    WriteIndented = true,
    IndentSize = 2,
    NewLine = "\n",
    MaxDepth = 8,
    AllowDuplicateProperties = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DeltaManifest), TypeInfoPropertyName = "Manifest")]
internal sealed partial class DeltaManifestJson : JsonSerializerContext;
