using System.Text;
using HotpatchBuild.Formats.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace HotpatchBuild.Compiler.Compilations;

/// <summary>Bytes to source text as csc does it (Roslyn's EncodedStringText): strict UTF-8, else the system's default encoding.</summary>
internal sealed class SourceDecoder(Encoding? commandLineEncoding, SourceHashAlgorithm checksum)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal SourceText Decode(string path, byte[] bytes, bool embed)
    {
        try
        {
            if (commandLineEncoding is not null)
                return SourceText.From(bytes, bytes.Length, commandLineEncoding, checksum, throwIfBinaryDetected: false, embed);
            try
            {
                return SourceText.From(bytes, bytes.Length, StrictUtf8, checksum, throwIfBinaryDetected: false, embed);
            }
            catch (DecoderFallbackException)
            {
                return SourceText.From(bytes, bytes.Length, Fallback(), checksum, throwIfBinaryDetected: true, embed);
            }
        }
        catch (Exception exception) when (exception is DecoderFallbackException or InvalidDataException)
        {
            throw new HotpatchException(BuildDiagnostics.InputUnreadable.With(path, exception.Message), exception);
        }
    }

    /// <summary>EncodedStringText.CreateFallbackEncoding registers the code pages first; on Unix they leave the default at UTF-8.</summary>
    private static Encoding Fallback() => CodePagesEncodingProvider.Instance.GetEncoding(0) ?? Encoding.GetEncoding(0);
}
