using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace HotpatchBuild.Compiler.Compilations;

/// <summary>Finds referenced assemblies: on disk, or among the recorded files (an older build of a project next door).</summary>
internal sealed class InputReferenceResolver(CompilationInputs inputs, ImmutableArray<string> searchPaths, CancellationToken cancellation) : MetadataReferenceResolver
{
    public override ImmutableArray<PortableExecutableReference> ResolveReference(
        string reference, string? baseFilePath, MetadataReferenceProperties properties)
    {
        foreach (string path in searchPaths.Select(folder => Path.Combine(folder, reference)).Prepend(inputs.ToAbsolute(reference)))
        {
            if (!inputs.IsFromDisk(path))
            {
                if (inputs.Read(path, cancellation) is { } image)
                    return [MetadataReference.CreateFromImage(image, properties, filePath: path)];
            }
            else if (File.Exists(path))
            {
                return [MetadataReference.CreateFromFile(path, properties)];
            }
        }

        return [];
    }

    public override bool Equals(object? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => inputs.GetHashCode();
}
