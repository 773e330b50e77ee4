using Microsoft.CodeAnalysis;

namespace HotpatchBuild.Compiler.Compilations;

/// <summary>Reads what <c>&lt;include file=…&gt;</c> in a documentation comment names.</summary>
internal sealed class InputXmlResolver(CompilationInputs inputs, CancellationToken cancellation) : XmlReferenceResolver
{
    public override string? ResolveReference(string path, string? baseFilePath)
    {
        string besides = Path.Combine(Path.GetDirectoryName(baseFilePath) ?? "", path);
        return Path.IsPathFullyQualified(besides) && inputs.Read(besides, cancellation) is not null ? besides :
            inputs.Read(path, cancellation) is not null ? inputs.ToAbsolute(path) : null;
    }

    public override Stream OpenRead(string resolvedPath) => new MemoryStream(inputs.Require(resolvedPath, cancellation));

    public override bool Equals(object? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => inputs.GetHashCode();
}
