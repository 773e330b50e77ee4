using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.Deltas;

/// <summary>Whose deltas are accepted.</summary>
public sealed record SignaturePolicy
{
    /// <summary>Accepts unsigned deltas and signed ones of anybody, as long as the signature matches.</summary>
    public static SignaturePolicy Anything { get; } = new();

    /// <summary>True when a delta without the signature of a trusted signer is refused.</summary>
    public bool RequireSignature { get; init; }

    /// <summary>Signers' certificates, or certificates of authorities whose signers are trusted. When this or <see cref="TrustedThumbprints"/> holds
    /// anything, a signature by somebody else is refused even where none is required.</summary>
    public ImmutableArray<X509Certificate2> TrustedCertificates { get; init; } = [];

    /// <summary>SHA-256 thumbprints of signers' certificates, as <see cref="Thumbprint"/> gives them.</summary>
    public ImmutableHashSet<string> TrustedThumbprints { get; init; } = [];

    /// <summary>The same policy that trusts the certificates of a PEM bundle too.</summary>
    /// <param name="path">Path of the bundle.</param>
    /// <exception cref="HotpatchException">It can't be read or holds no certificate.</exception>
    public SignaturePolicy TrustBundle(string path)
    {
        X509Certificate2Collection bundle = [];
        try
        {
            bundle.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
        {
            throw new HotpatchException(SignatureDiagnostics.BadCertificateFile.With(path, e.Message.TrimEnd('.', ' ')), e);
        }
        return bundle.Count > 0
            ? this with { TrustedCertificates = [.. TrustedCertificates, .. bundle] }
            : throw new HotpatchException(SignatureDiagnostics.BadCertificateFile.With(path, "it holds no certificate"));
    }

    /// <summary>The same policy that trusts one more signer by thumbprint.</summary>
    /// <param name="thumbprint">SHA-256 in hex; colons, spaces and upper case are allowed.</param>
    /// <exception cref="HotpatchException">It is no SHA-256.</exception>
    public SignaturePolicy TrustThumbprint(string thumbprint)
    {
        ArgumentNullException.ThrowIfNull(thumbprint);
        string digits = thumbprint.Replace(":", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
        return Texts.IsLowerHex(digits, 64, 64)
            ? this with { TrustedThumbprints = TrustedThumbprints.Add(digits) }
            : throw new HotpatchException(SignatureDiagnostics.BadThumbprint.With(Texts.IsName(thumbprint, 200) ? thumbprint : "this"));
    }

    /// <summary>The SHA-256 thumbprint of a certificate in lower-case hex.</summary>
    /// <param name="certificate">The certificate.</param>
    public static string Thumbprint(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256));
    }
}
