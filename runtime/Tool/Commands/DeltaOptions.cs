using System.CommandLine;
using HotpatchBuild.Formats.Deltas;

namespace HotpatchBuild.Tool.Commands;

/// <summary>A delta that was read and whose signature holds as far as was asked.</summary>
/// <param name="File">The delta.</param>
/// <param name="Signature">What its signature says.</param>
internal sealed record CheckedDelta(DeltaFile File, SignatureReport Signature);

/// <summary>The delta that a command is for, and whose signature is asked for.</summary>
internal sealed class DeltaOptions
{
    private const int ThumbprintDigits = 64;

    private readonly Argument<string> _path = new("DELTA") { Description = "The delta, a file NAME.hotpatch." };
    private readonly Option<bool> _require = new("--require-signature") { Description = "Refuse a delta that no trusted signer has signed." };
    private readonly Option<string[]> _trust = new("--trust")
    {
        Description = "A PEM file with certificates of trusted signers or authorities, or a signer's SHA-256 thumbprint; may be given more than once.",
    };

    /// <summary>Gives a command the argument and the options.</summary>
    public void AddTo(Command command)
    {
        command.Arguments.Add(_path);
        command.Options.Add(_require);
        command.Options.Add(_trust);
    }

    /// <summary>Reads the delta and checks its signature.</summary>
    /// <exception cref="Formats.Diagnostics.HotpatchException">It cannot be read, is damaged, or its signature is not what is asked for.</exception>
    public CheckedDelta Read(ParseResult parsed)
    {
        var policy = SignaturePolicy.Anything with { RequireSignature = parsed.GetValue(_require) };
        foreach (var trust in parsed.GetValue(_trust) ?? [])
        {
            policy = trust.Count(char.IsAsciiHexDigit) == ThumbprintDigits && trust.All(c => char.IsAsciiHexDigit(c) || c == ':')
                ? policy.TrustThumbprint(trust)
                : policy.TrustBundle(trust);
        }
        var delta = DeltaFile.Read(parsed.GetValue(_path)!);
        return new CheckedDelta(delta, DeltaSignature.Verify(delta, policy, TimeProvider.System.GetUtcNow()));
    }
}
