using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.Deltas;

/// <summary>What can be wrong with a delta's signature, or with what signs and checks it (HPB33xx).</summary>
public static class SignatureDiagnostics
{
    /// <summary>No signature where one is required.</summary>
    public static readonly DiagnosticDescriptor Unsigned = new(
        "HPB3301", "Delta not signed", "The delta {0} is not signed, and a signature is required.", "Have it signed where it is built, or allow unsigned deltas.", ExitCode.Integrity)
        { Why = "A delta is code that a process will run with all of its rights, and the policy asks for a signature by someone trusted." };

    /// <summary>The signature file is no CMS signature that this program accepts.</summary>
    public static readonly DiagnosticDescriptor Damaged = new(
        "HPB3302", "Damaged signature", "The signature of the delta {0} can't be read: {1}.", "Get the delta again from where it was built, or have it signed again.", ExitCode.Integrity)
        { Why = "The signature is a CMS structure (PKCS #7), and this one is none or is incomplete." };

    /// <summary>The signature is over other bytes.</summary>
    public static readonly DiagnosticDescriptor Altered = new(
        "HPB3303", "Signature does not match", "The manifest of the delta {0} is not the one that {1} signed.", "Do not use this delta; get it again from where it was built.", ExitCode.Integrity)
        { Why = "The signature was made over other bytes, so the delta was altered after signing." };

    /// <summary>The signer is nobody who is trusted.</summary>
    public static readonly DiagnosticDescriptor NotTrusted = new(
        "HPB3304", "Signer not trusted", "The delta {0} is signed by {1} (SHA-256 {2}), who is not trusted: {3}.", "Add the certificate to the trusted ones if you know its owner.", ExitCode.Integrity)
        { Why = "Anyone can sign; what counts is whether the signer is one of those that you trust." };

    /// <summary>The signer's certificate has ended.</summary>
    public static readonly DiagnosticDescriptor Expired = new(
        "HPB3305", "Signer's certificate expired", "The delta {0} is signed by {1}, whose certificate expired on {2:yyyy-MM-dd HH:mm} UTC.", "Have the delta signed again with a certificate that is valid.", ExitCode.Integrity)
        { Why = "After its expiry a certificate's owner no longer vouches for the key." };

    /// <summary>The signer's certificate has not begun.</summary>
    public static readonly DiagnosticDescriptor NotYetValid = new(
        "HPB3306", "Signer's certificate not yet valid", "The delta {0} is signed by {1}, whose certificate is valid from {2:yyyy-MM-dd HH:mm} UTC.", "Check this machine's clock, or wait until then.", ExitCode.Integrity)
        { Why = "Before its first day a certificate says nothing about its owner." };

    /// <summary>A certificate file can't be used.</summary>
    public static readonly DiagnosticDescriptor BadCertificateFile = new(
        "HPB3307", "Certificate can't be read", "The certificate file {0} can't be used: {1}.", "Name a PEM or PFX file, with the private key where something is to be signed.", ExitCode.Usage)
        { Why = "Signing needs a certificate with its private key, checking needs the certificate." };

    /// <summary>A thumbprint has not the form of one.</summary>
    public static readonly DiagnosticDescriptor BadThumbprint = new(
        "HPB3308", "Thumbprint malformed", "\"{0}\" is not the SHA-256 thumbprint of a certificate.", "Give 64 hex digits, as 'openssl x509 -fingerprint -sha256' shows them.", ExitCode.Usage)
        { Why = "A certificate is identified by the SHA-256 over its bytes: 32 bytes, 64 hex digits." };
}
