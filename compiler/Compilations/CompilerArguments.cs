using System.Collections.Immutable;
using System.Text.Json;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Compilations;

/// <summary>A compiler's command line as MSBuild's Csc task gave it (<c>ProvideCommandLineArgs</c>), with the folder it is relative to.</summary>
/// <param name="Arguments">One argument each, unquoted as the Csc task does, sources in the order the compiler saw.</param>
/// <param name="BaseDirectory">Absolute path of the project's folder.</param>
public sealed record CompilerArguments(ImmutableArray<string> Arguments, string BaseDirectory)
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, MaxDepth = 4 };

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The bytes.</param>
    public static CompilerArguments FromJson(ReadOnlySpan<byte> json)
    {
        Recorded? recorded;
        try
        {
            recorded = JsonSerializer.Deserialize<Recorded>(json, Json);
        }
        catch (JsonException exception)
        {
            throw new HotpatchException(BuildDiagnostics.ArgumentsInvalid.With(exception.Message), exception);
        }

        if (recorded is not { BaseDirectory: { } folder, Arguments: { } arguments } || arguments.Any(argument => argument is null) ||
            !Path.IsPathFullyQualified(folder))
            throw new HotpatchException(BuildDiagnostics.ArgumentsInvalid.With("a base directory and a list of arguments are needed"));
        return new CompilerArguments([.. arguments!], folder);
    }

    /// <summary>Writes them for a later build.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(new Recorded(BaseDirectory, [.. Arguments]), Json);

    /// <summary>True when both say the same.</summary>
    /// <param name="other">The other ones.</param>
    public bool Equals(CompilerArguments? other) =>
        other is not null && BaseDirectory == other.BaseDirectory && Arguments.AsSpan().SequenceEqual(other.Arguments.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(BaseDirectory, Arguments.Length);

    private sealed record Recorded(string? BaseDirectory, string?[]? Arguments);
}
