using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using HotpatchBuild.Formats.Containers;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.PatchImages;

namespace HotpatchBuild.Formats.Deltas;

/// <summary>
/// A delta: the zip container that is shipped, with <c>manifest.json</c>, <c>images/NAME.dll</c> and, when it is signed, <c>signature.p7s</c>.
/// An instance is always valid: each way to get one checks everything but the signature.
/// </summary>
public sealed class DeltaFile
{
    /// <summary>File name extension.</summary>
    public const string Extension = ".hotpatch";

    /// <summary>Bytes of a delta file; larger ones are refused.</summary>
    public const int MaximumSize = 64 << 20;

    private const string ManifestPath = "manifest.json", SignaturePath = "signature.p7s";
    private const int MaximumManifestSize = 16 << 20, MaximumSignatureSize = 1 << 20;

    private static readonly ZipLimits Limits = new(DeltaManifestRules.MaximumModules + 2, NativePatchImageRules.MaximumSize, 2 * NativePatchImageRules.MaximumSize);

    /// <summary>By module; never changed behind the constructor.</summary>
    private readonly Dictionary<string, ModuleImage> _images;

    private DeltaFile(DeltaManifest manifest, ImmutableArray<byte> manifestBytes, Dictionary<string, ModuleImage> images, ImmutableArray<byte>? signature)
    {
        Manifest = manifest;
        ManifestBytes = manifestBytes;
        _images = images;
        Signature = signature;
    }

    /// <summary>What the delta says about itself.</summary>
    public DeltaManifest Manifest { get; }

    /// <summary>The exact bytes of <c>manifest.json</c>, which a signature is over.</summary>
    public ImmutableArray<byte> ManifestBytes { get; }

    /// <summary>The bytes of <c>signature.p7s</c>, or null when the delta is not signed. Not verified: see <see cref="DeltaSignature.Verify"/>.</summary>
    public ImmutableArray<byte>? Signature { get; }

    /// <summary>Makes a delta out of its parts.</summary>
    /// <param name="manifest">The manifest; <see cref="DeltaManifest.Id"/> and each module's <see cref="DeltaModule.Image"/> and
    /// <see cref="DeltaModule.ImageSha256"/> are filled in here, whatever they hold.</param>
    /// <param name="images">The bytes of each module's image, by <see cref="DeltaModule.Name"/>.</param>
    /// <exception cref="HotpatchException">A part is not valid.</exception>
    public static DeltaFile Create(DeltaManifest manifest, IReadOnlyDictionary<string, ImmutableArray<byte>> images)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(images);
        string name = manifest.Program + Extension;
        if (manifest.Modules.FirstOrDefault(m => !images.ContainsKey(m.Name)) is { } without)
            throw new HotpatchException(DeltaDiagnostics.WrongFiles.With(name, $"{without.Name} has no image"));
        DeltaManifest filled = manifest with
        {
            Modules = [.. manifest.Modules.Select(m => m with
            {
                Image = DeltaManifestRules.ImagePathOf(m.Name),
                ImageSha256 = Convert.ToHexStringLower(SHA256.HashData(images[m.Name].AsSpan())),
            })],
        };
        filled = filled with { Id = DeltaIdentity.Of(filled) };
        DeltaManifestRules.Check(filled, name);
        IEnumerable<ZipItem> items =
        [
            new ZipItem(ManifestPath, DeltaManifestText.Write(filled)),
            .. images.Select(image => new ZipItem(DeltaManifestRules.ImagePathOf(image.Key), image.Value)),
        ];
        return FromItems(items, name);
    }

    /// <summary>Reads a delta from a file.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="HotpatchException">It can't be read or is no valid delta (HPB32xx, HPB31xx).</exception>
    public static DeltaFile Read(string path)
    {
        ReadOnlyMemory<byte> content;
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            content = Content(stream, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new HotpatchException(DeltaDiagnostics.CannotRead.With(path, Reason(e)), e);
        }
        return Read(content, path);
    }

    /// <summary>Reads a delta from a stream, from its present position to its end.</summary>
    /// <param name="stream">The stream; it need not be seekable.</param>
    /// <param name="name">What failures call the delta.</param>
    /// <exception cref="HotpatchException">It is no valid delta.</exception>
    public static DeltaFile Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Read(Content(stream, name), name);
    }

    /// <summary>Reads a delta from memory.</summary>
    /// <param name="container">Its bytes.</param>
    /// <param name="name">What failures call the delta.</param>
    /// <exception cref="HotpatchException">It is no valid delta.</exception>
    public static DeltaFile Read(ReadOnlyMemory<byte> container, string name)
    {
        if (container.Length > MaximumSize)
            throw new HotpatchException(DeltaDiagnostics.TooLarge.With(name, MaximumSize));
        if (!ZipContainerReader.LooksLikeZip(container.Span))
            throw new HotpatchException(DeltaDiagnostics.NotADelta.With(name));
        try
        {
            return FromItems(ZipContainerReader.Read(container, Limits), name);
        }
        catch (InvalidDataException e)
        {
            throw new HotpatchException(DeltaDiagnostics.DamagedContainer.With(name, e.Message), e);
        }
    }

    /// <summary>The same delta with a signature; the signature is not verified.</summary>
    /// <param name="signature">The bytes of <c>signature.p7s</c>.</param>
    public DeltaFile WithSignature(ImmutableArray<byte> signature) => new(Manifest, ManifestBytes, _images, signature);

    /// <summary>A module's patch image, as bytes.</summary>
    /// <param name="module">Assembly name.</param>
    /// <exception cref="HotpatchException">The delta has no such module.</exception>
    public ImmutableArray<byte> ImageBytesOf(string module) => _images.TryGetValue(module, out ModuleImage? image)
        ? image.Bytes
        : throw new HotpatchException(DeltaDiagnostics.NoSuchModule.With(Manifest.Program, module));

    /// <summary>A module's native patch image.</summary>
    /// <param name="module">Assembly name.</param>
    /// <exception cref="HotpatchException">The delta has no such module, or it is for the managed engine.</exception>
    public NativePatchImage ImageOf(string module) => _images.TryGetValue(module, out ModuleImage? image) && image.Native is { } native
        ? native
        : throw new HotpatchException(DeltaDiagnostics.NoSuchModule.With(Manifest.Program, module));

    /// <summary>A module's native patch image.</summary>
    /// <param name="module">A module of <see cref="Manifest"/>.</param>
    /// <exception cref="HotpatchException">The delta has no such module, or it is for the managed engine.</exception>
    public NativePatchImage ImageOf(DeltaModule module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return ImageOf(module.Name);
    }

    /// <summary>The file's bytes; equal deltas give equal bytes.</summary>
    public ImmutableArray<byte> ToBytes()
    {
        List<ZipItem> items = [new ZipItem(ManifestPath, ManifestBytes)];
        items.AddRange(_images.Select(image => new ZipItem(DeltaManifestRules.ImagePathOf(image.Key), image.Value.Bytes)));
        if (Signature is { } signature)
            items.Add(new ZipItem(SignaturePath, signature));
        return ZipContainerWriter.Write(items);
    }

    /// <summary>Writes the file. A file that is there is replaced in one step, so that nobody reads half a delta.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="HotpatchException">It can't be written.</exception>
    public void Write(string path)
    {
        string unfinished = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllBytes(unfinished, ImmutableCollectionsMarshal.AsArray(ToBytes())!);
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            if (File.Exists(unfinished))
                File.Delete(unfinished);
            throw new HotpatchException(DeltaDiagnostics.CannotWrite.With(path, Reason(e)), e);
        }
    }

    private static ReadOnlyMemory<byte> Content(Stream stream, string name)
    {
        using MemoryStream content = new();
        byte[] buffer = new byte[81920];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            content.Write(buffer, 0, read);
            if (content.Length > MaximumSize)
                throw new HotpatchException(DeltaDiagnostics.TooLarge.With(name, MaximumSize));
        }
        return content.GetBuffer().AsMemory(0, (int)content.Length);
    }

    private static DeltaFile FromItems(IEnumerable<ZipItem> items, string name)
    {
        Dictionary<string, ZipItem> files = new(StringComparer.Ordinal);
        foreach (ZipItem item in items)
            files.Add(item.Path, item);
        if (!files.Remove(ManifestPath, out ZipItem? manifestFile))
            throw new HotpatchException(DeltaDiagnostics.WrongFiles.With(name, $"{ManifestPath} is missing"));
        ImmutableArray<byte> manifestBytes = manifestFile.Content;
        if (manifestBytes.Length > MaximumManifestSize)
            throw new HotpatchException(DeltaDiagnostics.WrongFiles.With(name, $"{ManifestPath} is too large"));
        ImmutableArray<byte>? signature = files.Remove(SignaturePath, out ZipItem? found) ? found.Content : null;
        if (signature is { Length: > MaximumSignatureSize })
            throw new HotpatchException(DeltaDiagnostics.WrongFiles.With(name, $"{SignaturePath} is too large"));

        DeltaManifest manifest = DeltaManifestText.Read(manifestBytes.AsMemory(), name);
        DeltaManifestRules.Check(manifest, name);
        Dictionary<string, ModuleImage> images = new(StringComparer.Ordinal);
        foreach (DeltaModule module in manifest.Modules)
        {
            if (!files.Remove(module.Image, out ZipItem? file))
                throw new HotpatchException(DeltaDiagnostics.WrongFiles.With(name, $"{module.Image} is missing"));
            ImmutableArray<byte> image = file.Content;
            if (Convert.ToHexStringLower(SHA256.HashData(image.AsSpan())) != module.ImageSha256)
                throw new HotpatchException(DeltaDiagnostics.ImageHashDiffers.With(name, module.Image));
            images.Add(module.Name, new ModuleImage(image, module.Engine == PatchEngine.Native ? NativeImage(module, image, name) : null));
        }
        return files.Keys.FirstOrDefault() is { } unknown
            ? throw new HotpatchException(DeltaDiagnostics.WrongFiles.With(name, $"{unknown} does not belong there"))
            : new DeltaFile(manifest, manifestBytes, images, signature);
    }

    private static NativePatchImage NativeImage(DeltaModule module, ImmutableArray<byte> bytes, string name)
    {
        NativePatchImage image = NativePatchImageReader.Read(bytes.AsMemory());
        string buildId = Convert.ToHexStringLower(image.BaselineBuildId.AsSpan());
        return buildId == module.BuildId
            ? image
            : throw new HotpatchException(DeltaDiagnostics.BuildIdDiffers.With(name, module.Name, module.BuildId, buildId));
    }

    /// <summary>A module's image as bytes and, for the native engine, read.</summary>
    private sealed record ModuleImage(ImmutableArray<byte> Bytes, NativePatchImage? Native);

    // Messages of the platform end with a full stop of their own.
    private static string Reason(Exception e) => e.Message.TrimEnd('.', ' ');
}
