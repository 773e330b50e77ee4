using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.Deltas;

/// <summary>
/// Signs and verifies deltas: a detached CMS signature (RFC 5652) over the exact bytes of <c>manifest.json</c>, which holds the hash of every image.
/// <c>openssl cms -verify -binary -inform DER -in signature.p7s -content manifest.json -CAfile authority.pem</c> checks the same,
/// with <c>-purpose any</c> for a certificate that is for code signing only.
/// </summary>
public static class DeltaSignature
{
    private const string Sha256 = "2.16.840.1.101.3.4.2.1", Sha384 = "2.16.840.1.101.3.4.2.2", Sha512 = "2.16.840.1.101.3.4.2.3";
    private const string CodeSigning = "1.3.6.1.5.5.7.3.3", EmailProtection = "1.3.6.1.5.5.7.3.4", AnyPurpose = "2.5.29.37.0";

    /// <summary>Signs a delta.</summary>
    /// <param name="delta">The delta; a signature that it has is replaced.</param>
    /// <param name="signer">Who signs.</param>
    /// <returns>The signed delta.</returns>
    /// <exception cref="HotpatchException">The key can't sign (HPB3307).</exception>
    public static DeltaFile Sign(DeltaFile delta, DeltaSigner signer)
    {
        ArgumentNullException.ThrowIfNull(delta);
        ArgumentNullException.ThrowIfNull(signer);
        SignedCms cms = new(new ContentInfo([.. delta.ManifestBytes]), detached: true);
        CmsSigner cmsSigner = new(SubjectIdentifierType.IssuerAndSerialNumber, signer.Certificate)
        {
            DigestAlgorithm = new Oid(Sha256),
            // The whole chain would be looked up in this machine's stores and on the network.
            IncludeOption = X509IncludeOption.EndCertOnly,
        };
        cmsSigner.Certificates.AddRange(signer.Intermediates);
        try
        {
            cms.ComputeSignature(cmsSigner, silent: true);
        }
        catch (CryptographicException e)
        {
            throw new HotpatchException(SignatureDiagnostics.BadCertificateFile.With(Subject(signer.Certificate), e.Message.TrimEnd('.', ' ')), e);
        }
        return delta.WithSignature(ImmutableCollectionsMarshal.AsImmutableArray(cms.Encode()));
    }

    /// <summary>Verifies a delta's signature, where it has one, and applies a policy.</summary>
    /// <param name="delta">The delta.</param>
    /// <param name="policy">Whose deltas are accepted.</param>
    /// <param name="now">When the signer's certificate must be valid.</param>
    /// <returns>What is known about the signer.</returns>
    /// <exception cref="HotpatchException">The policy does not accept it, or the signature does not match (HPB33xx).</exception>
    public static SignatureReport Verify(DeltaFile delta, SignaturePolicy policy, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(delta);
        ArgumentNullException.ThrowIfNull(policy);
        string name = delta.Manifest.Program + " " + delta.Manifest.Id;
        if (delta.Signature is not { } signature)
        {
            return policy.RequireSignature
                ? throw new HotpatchException(SignatureDiagnostics.Unsigned.With(name))
                : new SignatureReport(SignatureState.Unsigned, null, null, null);
        }

        try
        {
            return VerifySigned(delta, signature, policy, now, name);
        }
        catch (CryptographicException e)
        {
            // Certificates and their extensions are decoded only when they are looked at.
            throw new HotpatchException(SignatureDiagnostics.Damaged.With(name, "it is no CMS signature with a proper certificate"), e);
        }
    }

    private static SignatureReport VerifySigned(DeltaFile delta, ImmutableArray<byte> signature, SignaturePolicy policy, DateTimeOffset now, string name)
    {
        SignedCms cms = Decode(delta, signature, name);
        X509Certificate2 signer = CheckSignature(cms, policy, name);
        bool askTrust = policy.RequireSignature || !policy.TrustedCertificates.IsEmpty || !policy.TrustedThumbprints.IsEmpty;
        if (askTrust)
            CheckTrust(signer, cms.Certificates, policy, now, name);
        return new SignatureReport(askTrust ? SignatureState.Trusted : SignatureState.Signed, Subject(signer), SignaturePolicy.Thumbprint(signer), NotAfter(signer));
    }

    private static SignedCms Decode(DeltaFile delta, ImmutableArray<byte> signature, string name)
    {
        // Decoded without the manifest it has no content, unless it brings its own, against which it could be verified instead.
        SignedCms alone = new();
        alone.Decode(signature.AsSpan());
        SignedCms cms = new(new ContentInfo([.. delta.ManifestBytes]), detached: true);
        cms.Decode(signature.AsSpan());
        if (alone.ContentInfo.Content.Length != 0 || !cms.ContentInfo.Content.AsSpan().SequenceEqual(delta.ManifestBytes.AsSpan()))
            throw new HotpatchException(SignatureDiagnostics.Damaged.With(name, "it is not detached from its content"));
        if (cms.SignerInfos.Count != 1)
            throw new HotpatchException(SignatureDiagnostics.Damaged.With(name, $"it has {cms.SignerInfos.Count} signers where one is expected"));
        return cms;
    }

    private static X509Certificate2 CheckSignature(SignedCms cms, SignaturePolicy policy, string name)
    {
        SignerInfo info = cms.SignerInfos[0];
        if (info.DigestAlgorithm.Value is not (Sha256 or Sha384 or Sha512))
            throw new HotpatchException(SignatureDiagnostics.Damaged.With(name, "its hash is not of the SHA-2 family"));
        X509Certificate2Collection known = [.. policy.TrustedCertificates];
        X509Certificate2? signer = SignerCertificate(info, known);
        if (signer is null)
            throw new HotpatchException(SignatureDiagnostics.Damaged.With(name, "the signer's certificate is neither in it nor among the trusted ones"));
        try
        {
            info.CheckSignature(known, verifySignatureOnly: true);
        }
        catch (CryptographicException e)
        {
            throw new HotpatchException(SignatureDiagnostics.Altered.With(name, Subject(signer)), e);
        }
        return signer;
    }

    private static X509Certificate2? SignerCertificate(SignerInfo info, X509Certificate2Collection known)
    {
        if (info.Certificate is { } included)
            return included;
        return info.SignerIdentifier.Value is System.Security.Cryptography.Xml.X509IssuerSerial serial
            ? known.FirstOrDefault(c => c.Issuer == serial.IssuerName && c.SerialNumber == serial.SerialNumber)
            : null;
    }

    private static void CheckTrust(X509Certificate2 signer, X509Certificate2Collection included, SignaturePolicy policy, DateTimeOffset now, string name)
    {
        string thumbprint = SignaturePolicy.Thumbprint(signer);
        bool pinned = policy.TrustedThumbprints.Contains(thumbprint) || policy.TrustedCertificates.Any(c => SignaturePolicy.Thumbprint(c) == thumbprint);
        if (!pinned && ReasonAgainst(signer, included, policy, now) is { } reason)
            throw new HotpatchException(SignatureDiagnostics.NotTrusted.With(name, Subject(signer), thumbprint, reason));
        if (now > NotAfter(signer))
            throw new HotpatchException(SignatureDiagnostics.Expired.With(name, Subject(signer), NotAfter(signer)));
        if (now < NotBefore(signer))
            throw new HotpatchException(SignatureDiagnostics.NotYetValid.With(name, Subject(signer), NotBefore(signer)));
    }

    // The chain is judged at the nearest time at which the signer's certificate is valid; that time itself is judged by the caller, who can say when it ended.
    private static string? ReasonAgainst(X509Certificate2 signer, X509Certificate2Collection included, SignaturePolicy policy, DateTimeOffset now)
    {
        if (policy.TrustedCertificates.IsEmpty)
            return "no trusted certificate has this thumbprint";
        if (signer.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is { } usage
            && (usage.KeyUsages & (X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation)) == 0)
            return "its certificate is not for signing";
        if (signer.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault() is { } purposes
            && !purposes.EnhancedKeyUsages.Cast<Oid>().Any(p => p.Value is CodeSigning or EmailProtection or AnyPurpose))
            return "its certificate is not for signing code";
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(policy.TrustedCertificates.ToArray());
        chain.ChainPolicy.ExtraStore.AddRange(included);
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        // OpenSSL, which builds the chain on Linux, takes a certificate as expired in its last second already.
        DateTimeOffset first = NotBefore(signer), last = NotAfter(signer).AddSeconds(-1);
        chain.ChainPolicy.VerificationTime = (now > last ? last : now < first ? first : now).UtcDateTime;
        if (chain.Build(signer))
            return null;
        return chain.ChainStatus.FirstOrDefault().StatusInformation is { Length: > 0 } status ? status.TrimEnd('.', ' ', '\n') : "no chain leads to a trusted certificate";
    }

    private static DateTimeOffset NotAfter(X509Certificate2 certificate) => new(certificate.NotAfter.ToUniversalTime());

    private static DateTimeOffset NotBefore(X509Certificate2 certificate) => new(certificate.NotBefore.ToUniversalTime());

    private static string Subject(X509Certificate2 certificate) => Texts.IsName(certificate.Subject, 1024) ? certificate.Subject : "somebody without a printable name";
}
