using System.Buffers;

namespace HotpatchBuild.Compiler.Revisions;

/// <summary>The name of a git object: 40 hexadecimal digits in a SHA-1 repository, 64 in a SHA-256 one.</summary>
public readonly record struct ObjectId
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private ObjectId(string hex) => Hex = hex;

    /// <summary>Lower-case hexadecimal digits.</summary>
    public string Hex { get => field ?? ""; }

    /// <summary>True for git's "no object" (all digits 0), which raw diffs give for files of the working tree.</summary>
    public bool IsNone => Hex.AsSpan().IndexOfAnyExcept('0') < 0;

    /// <summary>Reads a full object name.</summary>
    /// <param name="text">What git wrote.</param>
    /// <param name="id">The name, when the result is true.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out ObjectId id)
    {
        bool valid = text.Length is 40 or 64 && !text.ContainsAnyExcept(LowerHex);
        id = valid ? new ObjectId(text.ToString()) : default;
        return valid;
    }

    /// <inheritdoc/>
    public override string ToString() => Hex;
}
