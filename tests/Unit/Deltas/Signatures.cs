using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Tests.Unit.PatchImages;

namespace HotpatchBuild.Tests.Unit.Deltas;

public sealed class Signatures : IDisposable
{
    private const string CodeSigning = "1.3.6.1.5.5.7.3.3", ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DeltaFile Unsigned = SampleDeltas.Small();

    private readonly string _folder = Directory.CreateTempSubdirectory("hotpatch-signature").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Trusted_signer_is_reported()
    {
        using X509Certificate2 certificate = SelfSigned("CN=Release Signing, O=Example");
        DeltaFile signed = DeltaFile.Read(Sign(certificate).ToBytes().AsMemory(), "Pricing");
        SignatureReport report = DeltaSignature.Verify(signed, Trusting(certificate), Now);
        Assert.Equal(
            new SignatureReport(SignatureState.Trusted, "CN=Release Signing, O=Example", SignaturePolicy.Thumbprint(certificate), Now.AddYears(1)),
            report);
    }

    [Fact]
    public void Elliptic_curve_signer_is_accepted()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest("CN=Curve", key, HashAlgorithmName.SHA256).CreateSelfSigned(Now.AddDays(-1), Now.AddYears(1));
        Assert.Equal(SignatureState.Trusted, DeltaSignature.Verify(Sign(certificate), Trusting(certificate), Now).State);
    }

    [Fact]
    public void Thumbprint_is_enough_trust()
    {
        using X509Certificate2 certificate = SelfSigned();
        string shown = string.Join(':', certificate.GetCertHash(HashAlgorithmName.SHA256).Select(b => b.ToString("X2")));
        SignaturePolicy policy = new SignaturePolicy { RequireSignature = true }.TrustThumbprint(shown);
        Assert.Equal(SignatureState.Trusted, DeltaSignature.Verify(Sign(certificate), policy, Now).State);
    }

    [Fact]
    public void Signer_of_a_trusted_authority_is_trusted()
    {
        using Authority authority = new();
        using X509Certificate2 intermediate = authority.Issue("CN=Intermediate", isAuthority: true);
        using X509Certificate2 leaf = Authority.Issue(intermediate, "CN=Leaf", CodeSigning);
        DeltaFile signed = DeltaSignature.Sign(Unsigned, new DeltaSigner(leaf, [intermediate]));
        Assert.Equal("CN=Leaf", DeltaSignature.Verify(signed, Trusting(authority.Certificate), Now).Signer);
    }

    [Fact]
    public void Signer_whose_chain_has_a_gap_is_not_trusted()
    {
        using Authority authority = new();
        using X509Certificate2 intermediate = authority.Issue("CN=Intermediate", isAuthority: true);
        using X509Certificate2 leaf = Authority.Issue(intermediate, "CN=Leaf", CodeSigning);
        Fails(SignatureDiagnostics.NotTrusted, Sign(leaf), Trusting(authority.Certificate));
    }

    [Fact]
    public void Server_certificate_of_a_trusted_authority_is_not_trusted()
    {
        using Authority authority = new();
        using X509Certificate2 server = authority.Issue("CN=www.example.org", isAuthority: false, ServerAuthentication);
        Assert.Contains("not for signing code", Fails(SignatureDiagnostics.NotTrusted, Sign(server), Trusting(authority.Certificate)));
    }

    [Fact]
    public void Another_signer_is_not_trusted_and_named()
    {
        using X509Certificate2 trusted = SelfSigned("CN=Us"), other = SelfSigned("CN=Mallory");
        string what = Fails(SignatureDiagnostics.NotTrusted, Sign(other), Trusting(trusted));
        Assert.Contains("CN=Mallory", what);
        Assert.Contains(SignaturePolicy.Thumbprint(other), what);
    }

    [Fact]
    public void Another_certificate_with_the_same_name_is_not_trusted()
    {
        using X509Certificate2 trusted = SelfSigned("CN=Us"), other = SelfSigned("CN=Us");
        Fails(SignatureDiagnostics.NotTrusted, Sign(other), Trusting(trusted));
    }

    [Fact]
    public void Other_signer_is_refused_where_somebody_is_trusted_even_if_no_signature_is_required()
    {
        using X509Certificate2 trusted = SelfSigned("CN=Us"), other = SelfSigned("CN=Mallory");
        Fails(SignatureDiagnostics.NotTrusted, Sign(other), new SignaturePolicy { TrustedCertificates = [trusted] });
    }

    [Fact]
    public void Required_signature_without_anybody_trusted_is_refused()
    {
        using X509Certificate2 certificate = SelfSigned();
        Fails(SignatureDiagnostics.NotTrusted, Sign(certificate), new SignaturePolicy { RequireSignature = true });
    }

    [Fact]
    public void Unsigned_delta_passes_only_where_no_signature_is_required()
    {
        Assert.Equal(new SignatureReport(SignatureState.Unsigned, null, null, null), DeltaSignature.Verify(Unsigned, SignaturePolicy.Anything, Now));
        Fails(SignatureDiagnostics.Unsigned, Unsigned, new SignaturePolicy { RequireSignature = true });
    }

    [Fact]
    public void Signature_of_anybody_is_reported_where_nobody_is_trusted()
    {
        using X509Certificate2 certificate = SelfSigned();
        Assert.Equal(SignatureState.Signed, DeltaSignature.Verify(Sign(certificate), SignaturePolicy.Anything, Now).State);
    }

    [Fact]
    public void Signature_of_another_delta_is_refused_even_where_none_is_required()
    {
        using X509Certificate2 certificate = SelfSigned();
        DeltaFile other = DeltaFile.Create(SampleDeltas.Manifest with { Program = "Other" }, SampleDeltas.Images);
        Fails(SignatureDiagnostics.Altered, other.WithSignature(Sign(certificate).Signature!.Value), SignaturePolicy.Anything);
    }

    [Fact]
    public void Expired_certificate_says_when()
    {
        using X509Certificate2 certificate = SelfSigned();
        DeltaFile signed = Sign(certificate);
        Assert.Contains("2027-06-01 12:00 UTC", Fails(SignatureDiagnostics.Expired, signed, Trusting(certificate), Now.AddYears(2)));
        Assert.Contains("2026-05-31 12:00 UTC", Fails(SignatureDiagnostics.NotYetValid, signed, Trusting(certificate), Now.AddYears(-1)));
    }

    [Fact]
    public void Expired_certificate_of_a_trusted_authority_says_when()
    {
        using Authority authority = new();
        using X509Certificate2 leaf = authority.Issue("CN=Leaf", isAuthority: false, CodeSigning);
        Assert.Contains("2026-12-01", Fails(SignatureDiagnostics.Expired, Sign(leaf), Trusting(authority.Certificate), Now.AddMonths(8)));
    }

    [Fact]
    public void Signature_that_brings_its_own_content_is_refused()
    {
        using X509Certificate2 certificate = SelfSigned();
        foreach (byte[] content in (byte[][])[[.. Unsigned.ManifestBytes], [1, 2, 3]])
        {
            SignedCms cms = new(new ContentInfo(content), detached: false);
            cms.ComputeSignature(new CmsSigner(certificate) { IncludeOption = X509IncludeOption.EndCertOnly });
            Fails(SignatureDiagnostics.Damaged, Unsigned.WithSignature([.. cms.Encode()]), Trusting(certificate));
        }
    }

    [Fact]
    public void Weak_hash_is_refused()
    {
        using X509Certificate2 certificate = SelfSigned();
        SignedCms cms = new(new ContentInfo([.. Unsigned.ManifestBytes]), detached: true);
        cms.ComputeSignature(new CmsSigner(certificate) { IncludeOption = X509IncludeOption.EndCertOnly, DigestAlgorithm = new Oid("1.3.14.3.2.26") });
        Fails(SignatureDiagnostics.Damaged, Unsigned.WithSignature([.. cms.Encode()]), Trusting(certificate));
    }

    [Fact]
    public void Several_signers_are_refused()
    {
        using X509Certificate2 certificate = SelfSigned("CN=A"), other = SelfSigned("CN=B");
        SignedCms cms = new(new ContentInfo([.. Unsigned.ManifestBytes]), detached: true);
        cms.ComputeSignature(new CmsSigner(certificate) { IncludeOption = X509IncludeOption.EndCertOnly });
        cms.ComputeSignature(new CmsSigner(other) { IncludeOption = X509IncludeOption.EndCertOnly });
        Fails(SignatureDiagnostics.Damaged, Unsigned.WithSignature([.. cms.Encode()]), Trusting(certificate));
    }

    [Fact]
    public void Every_mutation_of_the_signature_is_refused_or_means_the_same()
    {
        using X509Certificate2 certificate = SelfSigned();
        Mutations.Survives([[.. Sign(certificate).Signature!.Value]], 1_500, bytes =>
            Assert.Equal(SignatureState.Trusted, DeltaSignature.Verify(Unsigned.WithSignature([.. bytes]), Trusting(certificate), Now).State));
    }

    [Theory]
    [InlineData(null, "smimesign")]
    [InlineData(CodeSigning, "any")]
    public void OpenSSL_accepts_the_signature_and_refuses_another_manifest(string? certified, string purpose)
    {
        using Authority authority = new();
        using X509Certificate2 leaf = authority.Issue("CN=Leaf", isAuthority: false, certified);
        DeltaFile signed = Sign(leaf);
        string signature = Write("signature.p7s", [.. signed.Signature!.Value]), manifest = Write("manifest.json", [.. signed.ManifestBytes]);
        string ca = WriteText("ca.pem", authority.Certificate.ExportCertificatePem());
        string[] verify = ["cms", "-verify", "-binary", "-inform", "DER", "-in", signature, "-content", manifest, "-CAfile", ca, "-purpose", purpose, "-attime", Now.ToUnixTimeSeconds().ToString(), "-out", "/dev/null"];
        Assert.Equal(0, OpenSsl(verify));
        Write("manifest.json", [.. signed.ManifestBytes, (byte)'\n']);
        Assert.NotEqual(0, OpenSsl(verify));
    }

    [Theory]
    [InlineData("-nodetach", false)]
    [InlineData("-nocerts", true)]
    [InlineData("-noattr", true)]
    [InlineData("-keyid", true)]
    public void Signature_made_by_OpenSSL_is_accepted_when_it_is_detached(string option, bool accepted)
    {
        using X509Certificate2 certificate = SelfSigned();
        string pem = WriteText("signer.pem", certificate.ExportCertificatePem() + "\n" + certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        string manifest = Write("manifest.json", [.. Unsigned.ManifestBytes]), signature = Path.Combine(_folder, "signature.p7s");
        Assert.Equal(0, OpenSsl("cms", "-sign", "-binary", "-md", "sha256", "-outform", "DER", "-in", manifest, "-signer", pem, "-out", signature, option));
        DeltaFile signed = Unsigned.WithSignature([.. File.ReadAllBytes(signature)]);
        if (accepted)
            Assert.Equal(SignatureState.Trusted, DeltaSignature.Verify(signed, Trusting(certificate), Now).State);
        else
            Fails(SignatureDiagnostics.Damaged, signed, Trusting(certificate));
    }

    [Fact]
    public void Signature_that_brings_an_empty_content_does_not_match()
    {
        using X509Certificate2 certificate = SelfSigned();
        string pem = WriteText("signer.pem", certificate.ExportCertificatePem() + "\n" + certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        string nothing = Write("nothing", []), signature = Path.Combine(_folder, "signature.p7s");
        Assert.Equal(0, OpenSsl("cms", "-sign", "-binary", "-md", "sha256", "-outform", "DER", "-in", nothing, "-signer", pem, "-out", signature, "-nodetach"));
        Fails(SignatureDiagnostics.Altered, Unsigned.WithSignature([.. File.ReadAllBytes(signature)]), Trusting(certificate));
    }

    [Fact]
    public void Signers_are_loaded_from_files()
    {
        using X509Certificate2 certificate = SelfSigned();
        RSA key = certificate.GetRSAPrivateKey()!;
        string pem = certificate.ExportCertificatePem();
        PbeParameters encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        string both = WriteText("both.pem", pem + "\n" + key.ExportPkcs8PrivateKeyPem());
        string encrypted = WriteText("encrypted.pem", pem + "\n" + key.ExportEncryptedPkcs8PrivateKeyPem("secret", encryption));
        string alone = WriteText("certificate.pem", pem), keyFile = WriteText("key.pem", key.ExportPkcs8PrivateKeyPem());
        string pfx = Write("signer.pfx", certificate.Export(X509ContentType.Pfx, "secret"));

        foreach (DeltaSigner signer in (DeltaSigner[])[DeltaSigner.Load(both), DeltaSigner.Load(encrypted, "secret"), DeltaSigner.Load(alone, keyPath: keyFile), DeltaSigner.Load(pfx, "secret")])
        {
            using (signer)
                Assert.Equal(SignatureState.Trusted, DeltaSignature.Verify(DeltaSignature.Sign(Unsigned, signer), SignaturePolicy.Anything.TrustBundle(alone), Now).State);
        }
        foreach (Action load in (Action[])[() => DeltaSigner.Load(alone), () => DeltaSigner.Load(encrypted, "wrong"), () => DeltaSigner.Load(pfx, "wrong"), () => DeltaSigner.Load(pfx), () => DeltaSigner.Load(_folder + "/none"), () => DeltaSigner.Load(WriteText("x.pfx", "nothing"))])
        {
            Failure failure = Assert.Throws<HotpatchException>(load).Failure;
            Assert.Equal((SignatureDiagnostics.BadCertificateFile.Id, ExitCode.Usage), (failure.Id, failure.ExitCode));
        }
    }

    [Fact]
    public void Bundles_and_thumbprints_are_checked()
    {
        foreach (string path in (string[])[_folder + "/none", WriteText("empty.pem", "nothing"), WriteText("bad.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")])
            Assert.Equal(SignatureDiagnostics.BadCertificateFile.Id, Assert.Throws<HotpatchException>(() => SignaturePolicy.Anything.TrustBundle(path)).Failure.Id);
        foreach (string thumbprint in (string[])["", "xyz", new string('a', 40)])
            Assert.Equal(SignatureDiagnostics.BadThumbprint.Id, Assert.Throws<HotpatchException>(() => SignaturePolicy.Anything.TrustThumbprint(thumbprint)).Failure.Id);
    }

    private static DeltaFile Sign(X509Certificate2 certificate) => DeltaSignature.Sign(Unsigned, new DeltaSigner(certificate, []));

    private static SignaturePolicy Trusting(X509Certificate2 certificate) => new() { RequireSignature = true, TrustedCertificates = [certificate] };

    private static string Fails(DiagnosticDescriptor expected, DeltaFile delta, SignaturePolicy policy, DateTimeOffset? at = null)
    {
        Failure failure = Assert.Throws<HotpatchException>(() => DeltaSignature.Verify(delta, policy, at ?? Now)).Failure;
        Assert.Equal((expected.Id, ExitCode.Integrity), (failure.Id, failure.ExitCode));
        return failure.What;
    }

    private static X509Certificate2 SelfSigned(string subject = "CN=Signer")
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(Now.AddDays(-1), Now.AddYears(1));
    }

    private string Write(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private string WriteText(string name, string content) => Write(name, System.Text.Encoding.UTF8.GetBytes(content));

    private static int OpenSsl(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>A root authority, valid for ten years; what it issues is valid for half a year.</summary>
    private sealed class Authority : IDisposable
    {
        public X509Certificate2 Certificate { get; }

        public Authority()
        {
            using RSA key = RSA.Create(2048);
            CertificateRequest request = new("CN=Root", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            Certificate = request.CreateSelfSigned(Now.AddDays(-2), Now.AddYears(10));
        }

        public X509Certificate2 Issue(string subject, bool isAuthority, string? purpose = null) => Issue(Certificate, subject, purpose, isAuthority);

        public static X509Certificate2 Issue(X509Certificate2 issuer, string subject, string? purpose = null, bool isAuthority = false)
        {
            using RSA key = RSA.Create(2048);
            CertificateRequest request = new(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(isAuthority ? X509KeyUsageFlags.KeyCertSign : X509KeyUsageFlags.DigitalSignature, true));
            if (purpose is not null)
                request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
            using X509Certificate2 certificate = request.Create(issuer, Now.AddDays(-1), Now.AddMonths(6), RandomNumberGenerator.GetBytes(8));
            return certificate.CopyWithPrivateKey(key);
        }

        public void Dispose() => Certificate.Dispose();
    }
}
