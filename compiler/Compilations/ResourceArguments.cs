using System.Text;
using HotpatchBuild.Formats.Diagnostics;
using Microsoft.CodeAnalysis;

namespace HotpatchBuild.Compiler.Compilations;

/// <summary>
/// The <c>/resource</c> and <c>/linkresource</c> options: <c>FILE[,NAME[,public|private]]</c>. The compiler's parser reads them too, but its
/// result opens files on disk and tells nobody which.
/// </summary>
internal static class ResourceArguments
{
    private static readonly (string Option, bool Linked)[] Options =
        [("resource:", false), ("res:", false), ("linkresource:", true), ("linkres:", true)];

    internal static List<ResourceDescription> Read(CompilerArguments arguments, CompilationInputs inputs, CancellationToken cancellation)
    {
        List<ResourceDescription> resources = [];
        foreach (string argument in arguments.Arguments)
            foreach ((string option, bool linked) in Options)
                if (argument.Length > 1 && argument[0] is '/' or '-' && argument.AsSpan(1).StartsWith(option, StringComparison.OrdinalIgnoreCase))
                    resources.Add(Describe(argument[(1 + option.Length)..], linked, inputs, cancellation));
        return resources;
    }

    private static ResourceDescription Describe(string value, bool linked, CompilationInputs inputs, CancellationToken cancellation)
    {
        string[] fields = Split(value);
        if (fields is not [{ Length: > 0 } file, ..] || fields.Length > 3)
            throw new HotpatchException(BuildDiagnostics.ArgumentsInvalid.With($"the resource {value}"));
        string name = fields.Length > 1 && fields[1].Length > 0 ? fields[1] : Path.GetFileName(file);
        bool isPublic = fields.Length < 3 || !fields[2].Equals("private", StringComparison.OrdinalIgnoreCase);
        byte[] content = inputs.Require(file, cancellation);
        return linked
            ? new ResourceDescription(name, Path.GetFileName(file), () => new MemoryStream(content), isPublic)
            : new ResourceDescription(name, () => new MemoryStream(content), isPublic);
    }

    /// <summary>Fields between commas; a comma between quotes is part of the name.</summary>
    private static string[] Split(string value)
    {
        List<string> fields = [];
        StringBuilder field = new();
        bool quoted = false;
        foreach (char next in value)
            if (next == '"')
                quoted = !quoted;
            else if (next == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
                field.Append(next);
        return [.. fields, field.ToString()];
    }
}
