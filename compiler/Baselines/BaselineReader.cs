using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HotpatchBuild.Formats.Containers;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Baselines;

/// <summary>Reads <c>.hotbase</c> files. Any file gives either a record or an HPB22xx failure; nothing is believed before it is checked.</summary>
internal static class BaselineReader
{
    /// <summary>Reads a record.</summary>
    /// <param name="path">The file.</param>
    public static BaselineRecord Read(string path)
    {
        Dictionary<string, ReadOnlyMemory<byte>> files = Unpack(path);
        BaselineManifest manifest = Manifest(files, path);
        CheckParts(files, manifest, path);
        return new BaselineRecord(manifest, Build(manifest, files, path));
    }

    private static Dictionary<string, ReadOnlyMemory<byte>> Unpack(string path)
    {
        if (!File.Exists(path))
            throw Failed(BaselineDiagnostics.NoFile.With(path));
        try
        {
            if (new FileInfo(path).Length > BaselineLayout.MaximumFileSize)
                throw Damaged(path, "it is too large");
            return ZipContainerReader.Read(File.ReadAllBytes(path), BaselineLayout.Limits)
                .ToDictionary(item => item.Path, item => item.Content.AsMemory(), StringComparer.Ordinal);
        }
        catch (InvalidDataException e)
        {
            throw new HotpatchException(BaselineDiagnostics.Damaged.With(path, e.Message), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HotpatchException(BaselineDiagnostics.CannotAccess.With(path, e.Message.TrimEnd('.')), e);
        }
    }

    private static BaselineManifest Manifest(Dictionary<string, ReadOnlyMemory<byte>> files, string path)
    {
        if (!files.TryGetValue(BaselineLayout.Manifest, out ReadOnlyMemory<byte> json))
            throw Damaged(path, "it has no manifest");
        if (json.Length > BaselineLayout.MaximumManifestSize)
            throw Damaged(path, "its manifest is too large");
        BaselineManifest manifest;
        try
        {
            CheckVersion(json, path);
            manifest = JsonSerializer.Deserialize(json.Span, BaselineManifestJson.Default.BaselineManifest) ?? throw Damaged(path, "its manifest is empty");
        }
        catch (JsonException e)
        {
            throw new HotpatchException(BaselineDiagnostics.Damaged.With(path, "its manifest is not what this version writes: " + e.Message.ReplaceLineEndings(" ").TrimEnd('.')), e);
        }
        return Problem(manifest) is { } problem ? throw Damaged(path, problem) : manifest;
    }

    private static void CheckVersion(ReadOnlyMemory<byte> json, string path)
    {
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("formatVersion", out JsonElement version)
            || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out int number))
            throw Damaged(path, "its manifest has no format version");
        if (number != BaselineManifest.CurrentFormatVersion)
            throw Failed(BaselineDiagnostics.UnknownVersion.With(path, number, BaselineManifest.CurrentFormatVersion));
    }

    /// <summary>What JSON's own rules do not say.</summary>
    private static string? Problem(BaselineManifest manifest)
    {
        if (manifest.Frameworks.IsDefault || manifest.Sources.IsDefault || manifest.References.IsDefault || manifest.Assemblies.IsDefault || manifest.Parts.IsDefault)
            return "its manifest lacks a list";
        if (manifest.Assemblies.IsEmpty)
            return "it has no assembly";
        if (manifest.Rebuilt is { } rebuilt && (IsIncomplete(rebuilt.ChangedBuildFiles) || IsIncomplete(rebuilt.GuessedSources) || IsIncomplete(rebuilt.StampedLibraries)))
            return "its account of the rebuild is incomplete";
        if (!IsHex(manifest.Commit, 40, 64))
            return "its commit is not an object name";
        if (IsIncomplete(manifest.Frameworks) || manifest.Sources.Any(source => source is null) || manifest.References.Any(reference => reference is null)
            || manifest.Assemblies.Any(assembly => assembly is null) || manifest.Parts.Any(part => part is null))
            return "a list of its manifest has an empty element";
        return Problem(manifest.Engine, manifest.Native) ?? ProblemOfParts(manifest);
    }

    private static string? Problem(PatchEngine engine, BaselineNative? native)
    {
        if ((engine == PatchEngine.Native) != (native is not null))
            return "its manifest is not of the engine that it names";
        if (native is null)
            return null;
        if (!IsHex(native.BuildId, 2, 128))
            return "its build-id is not one";
        return IsIncomplete(native.LayoutFlags) || native.Audit.Unpatchable.IsDefault || native.Audit.Unpatchable.Any(function => function is null)
            ? "a list of its native part is missing or has an empty element"
            : null;
    }

    private static string? ProblemOfParts(BaselineManifest manifest)
    {
        HashSet<string> expected = ExpectedParts(manifest);
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (BaselinePart part in manifest.Parts)
        {
            if (!expected.Contains(part.Path) || !named.Add(part.Path))
                return $"its manifest names '{part.Path}'";
        }
        return named.Count == expected.Count ? null : $"its manifest does not name '{expected.Except(named).Order(StringComparer.Ordinal).First()}'";
    }

    private static bool IsIncomplete(ImmutableArray<string> files) => files.IsDefault || files.Any(file => file is null);

    private static HashSet<string> ExpectedParts(BaselineManifest manifest)
    {
        var expected = new HashSet<string>(StringComparer.Ordinal) { BaselineLayout.CompilerArguments };
        if (manifest.Native is not null)
        {
            expected.UnionWith(
            [
                BaselineLayout.Object, BaselineLayout.Map, BaselineLayout.Executable, BaselineLayout.Symbols,
                BaselineLayout.IlcArguments, BaselineLayout.LinkerArguments,
            ]);
        }
        for (int i = 0; i < manifest.Assemblies.Length; i++)
        {
            expected.Add(BaselineLayout.Assembly(i));
            if (manifest.Assemblies[i].Pdb is not null)
                expected.Add(BaselineLayout.Pdb(i));
        }
        return expected;
    }

    private static bool IsHex(string text, int minimum, int maximum) =>
        text.Length >= minimum && text.Length <= maximum && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigitLower);

    private static void CheckParts(Dictionary<string, ReadOnlyMemory<byte>> files, BaselineManifest manifest, string path)
    {
        if (files.Count != manifest.Parts.Length + 1)
            throw Damaged(path, "it has other files than its manifest names");
        foreach (BaselinePart part in manifest.Parts)
        {
            if (!files.TryGetValue(part.Path, out ReadOnlyMemory<byte> content) || content.Length != part.Size)
                throw Damaged(path, $"'{part.Path}' is missing or of another size than its manifest says");
            if (Convert.ToHexStringLower(SHA256.HashData(content.Span)) != part.Sha256)
                throw Damaged(path, $"'{part.Path}' does not have the checksum that its manifest says");
        }
    }

    private static ProgramBuild Build(BaselineManifest manifest, Dictionary<string, ReadOnlyMemory<byte>> files, string path)
    {
        ImmutableArray<ProgramAssembly> assemblies = [.. manifest.Assemblies.Select((assembly, i) => new ProgramAssembly(
            assembly.Name, assembly.Mvid, files[BaselineLayout.Assembly(i)], assembly.Pdb is null ? default : files[BaselineLayout.Pdb(i)]))];
        if (manifest.Native is not { } native)
        {
            return new CoreClrBuild
            {
                Assembly = assemblies[0],
                OtherAssemblies = assemblies[1..],
                CompilerArguments = Lines(files[BaselineLayout.CompilerArguments]),
                Frameworks = manifest.Frameworks,
            };
        }
        return new NativeBuild
        {
            Assembly = assemblies[0],
            OtherAssemblies = assemblies[1..],
            Object = files[BaselineLayout.Object],
            Map = files[BaselineLayout.Map],
            Executable = files[BaselineLayout.Executable],
            Symbols = SymbolListing.Read(files[BaselineLayout.Symbols].Span) ?? throw Damaged(path, "its symbol listing has a line that is none"),
            BuildId = [.. Convert.FromHexString(native.BuildId)],
            CompilerArguments = Lines(files[BaselineLayout.CompilerArguments]),
            IlcArguments = Lines(files[BaselineLayout.IlcArguments]),
            LinkerArguments = Lines(files[BaselineLayout.LinkerArguments]),
            Linker = native.Linker,
            IlcVersion = native.IlcVersion,
            Frameworks = manifest.Frameworks,
            LayoutFlags = native.LayoutFlags,
        };
    }

    private static ImmutableArray<string> Lines(ReadOnlyMemory<byte> bytes)
    {
        string text = Encoding.UTF8.GetString(bytes.Span);
        return text.Length == 0 ? [] : [.. text.TrimEnd('\n').Split('\n')];
    }

    private static HotpatchException Damaged(string path, string what) => Failed(BaselineDiagnostics.Damaged.With(path, what));

    private static HotpatchException Failed(Failure failure) => new(failure);
}
