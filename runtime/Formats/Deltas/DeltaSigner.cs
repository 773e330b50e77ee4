using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.Deltas;

/// <summary>A certificate with its private key, and the certificates between it and its authority.</summary>
/// <param name="Certificate">The signer's certificate; has a private key.</param>
/// <param name="Intermediates">What the signature carries along so that others can build the chain; may be empty.</param>
public sealed record DeltaSigner(X509Certificate2 Certificate, X509Certificate2Collection Intermediates) : IDisposable
{
    /// <summary>Loads a signer from a file.</summary>
    /// <param name="path">A PFX (PKCS #12) file, or a PEM file with the certificate first, its private key (unless <paramref name="keyPath"/> has it) and possibly intermediates.</param>
    /// <param name="password">The password of the PFX file or of the encrypted private key; null for none.</param>
    /// <param name="keyPath">A PEM file with the private key, when it is not in <paramref name="path"/>.</param>
    /// <exception cref="HotpatchException">The file can't be used for signing (HPB3307).</exception>
    public static DeltaSigner Load(string path, string? password = null, string? keyPath = null)
    {
        try
        {
            DeltaSigner signer = IsPem(path) ? FromPem(path, password, keyPath ?? path) : FromPfx(path, password);
            return signer.Certificate.HasPrivateKey
                ? signer
                : throw new HotpatchException(SignatureDiagnostics.BadCertificateFile.With(path, "it has no private key"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException or NotSupportedException)
        {
            throw new HotpatchException(SignatureDiagnostics.BadCertificateFile.With(path, e.Message.TrimEnd('.', ' ')), e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate.Dispose();
        foreach (X509Certificate2 intermediate in Intermediates)
            intermediate.Dispose();
    }

    private static bool IsPem(string path) => File.ReadAllBytes(path).AsSpan().IndexOf("-----BEGIN "u8) >= 0;

    private static DeltaSigner FromPem(string path, string? password, string keyPath)
    {
        X509Certificate2 certificate = password is null
            ? X509Certificate2.CreateFromPemFile(path, keyPath)
            : X509Certificate2.CreateFromEncryptedPemFile(path, password, keyPath);
        X509Certificate2Collection others = [];
        others.ImportFromPemFile(path);
        return new DeltaSigner(certificate, Without(others, certificate));
    }

    private static DeltaSigner FromPfx(string path, string? password)
    {
        X509Certificate2Collection all = X509CertificateLoader.LoadPkcs12CollectionFromFile(path, password, X509KeyStorageFlags.EphemeralKeySet);
        X509Certificate2 certificate = all.FirstOrDefault(c => c.HasPrivateKey)
            ?? throw new HotpatchException(SignatureDiagnostics.BadCertificateFile.With(path, "it has no private key"));
        return new DeltaSigner(certificate, Without(all, certificate));
    }

    private static X509Certificate2Collection Without(X509Certificate2Collection all, X509Certificate2 certificate) =>
        [.. all.Where(c => !c.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span))];
}
