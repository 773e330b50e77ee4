using System.Text.Json;
using System.Text.Json.Serialization;

namespace HotpatchBuild.Compiler.Baselines;

/// <summary>How a manifest becomes JSON and back.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    MaxDepth = 8,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(BaselineManifest))]
internal sealed partial class BaselineManifestJson : JsonSerializerContext;
