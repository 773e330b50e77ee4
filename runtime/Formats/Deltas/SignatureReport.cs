namespace HotpatchBuild.Formats.Deltas;

/// <summary>How far a delta's origin is known.</summary>
public enum SignatureState
{
    /// <summary>There is no signature.</summary>
    Unsigned,

    /// <summary>The signature matches, but whether the signer is to be trusted was not asked.</summary>
    Signed,

    /// <summary>The signature matches and its signer is trusted.</summary>
    Trusted,
}

/// <summary>What a delta's signature says; failures are exceptions, so this is good news only.</summary>
/// <param name="State">How far the origin is known.</param>
/// <param name="Signer">The subject of the signer's certificate; null when unsigned.</param>
/// <param name="Thumbprint">SHA-256 of the signer's certificate in lower-case hex; null when unsigned.</param>
/// <param name="NotAfter">When the signer's certificate ends (UTC); null when unsigned.</param>
public sealed record SignatureReport(SignatureState State, string? Signer, string? Thumbprint, DateTimeOffset? NotAfter);
