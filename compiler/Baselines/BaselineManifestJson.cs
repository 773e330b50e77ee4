using System.Text.Json;
using System.Text.Json.Serialization;
using HotpatchBuild.Formats.Deltas;

namespace HotpatchBuild.Compiler.Baselines;

/// <summary>How a manifest becomes JSON and back.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    MaxDepth = 8,
    Converters = [typeof(EngineNames)],
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(BaselineManifest))]
internal sealed partial class BaselineManifestJson : JsonSerializerContext;

/// <summary>An engine stands in the manifest by its name, not by a number.</summary>
internal sealed class EngineNames() : JsonStringEnumConverter<PatchEngine>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
