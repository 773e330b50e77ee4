using System.Collections.Immutable;

namespace HotpatchBuild.Compiler.Pipeline;

/// <summary>What a baseline records out of the C# compiler's arguments: which files went in, in which order.</summary>
internal sealed record CompilerArguments(ImmutableArray<string> Sources, ImmutableArray<string> References)
{
    private static readonly string[] ReferenceOptions = ["/reference:", "-reference:", "/r:", "-r:"];

    /// <summary>Splits recorded arguments.</summary>
    /// <param name="arguments">The arguments, one each.</param>
    /// <param name="projectDirectory">What relative paths are relative to.</param>
    /// <remarks>On Linux an argument that begins with a slash is an option or a rooted path; like the compiler, take it for a file when it names one.</remarks>
    public static CompilerArguments Read(IEnumerable<string> arguments, string projectDirectory)
    {
        var sources = ImmutableArray.CreateBuilder<string>();
        var references = ImmutableArray.CreateBuilder<string>();
        foreach (string argument in arguments)
        {
            string? option = ReferenceOptions.FirstOrDefault(o => argument.StartsWith(o, StringComparison.OrdinalIgnoreCase));
            if (option is not null)
                references.Add(Path.GetFullPath(WithoutAlias(argument[option.Length..].Trim('"')), projectDirectory));
            else if (!argument.StartsWith('-') && argument.Length > 0 && File.Exists(Path.GetFullPath(argument.Trim('"'), projectDirectory)))
                sources.Add(Path.GetFullPath(argument.Trim('"'), projectDirectory));
        }
        return new CompilerArguments(sources.ToImmutable(), references.ToImmutable());
    }

    private static string WithoutAlias(string reference)
    {
        int equals = reference.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && !reference[..equals].Contains('/', StringComparison.Ordinal) ? reference[(equals + 1)..].Trim('"') : reference;
    }
}
