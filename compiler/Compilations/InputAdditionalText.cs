using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace HotpatchBuild.Compiler.Compilations;

/// <summary>A file that generators read.</summary>
internal sealed class InputAdditionalText(string path, CompilationInputs inputs, SourceDecoder decoder) : AdditionalText
{
    public override string Path => path;

    public override SourceText? GetText(CancellationToken cancellationToken = default) =>
        inputs.Read(path, cancellationToken) is { } bytes ? decoder.Decode(path, bytes, embed: false) : null;
}
