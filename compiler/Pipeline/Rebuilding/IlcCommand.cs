using System.Collections.Immutable;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Pipeline.Rebuilding;

/// <summary>
/// ILC's response file as Microsoft.NETCore.Native.targets (WriteIlcRspFileForCompilation) writes it, one argument a line, with another input and
/// other outputs.
/// </summary>
/// <param name="Lines">The arguments.</param>
/// <param name="Moved">New path of each output by its former one, absolute.</param>
internal sealed record IlcCommand(ImmutableArray<string> Lines, ImmutableDictionary<string, string> Moved)
{
    private const string Reference = "-r";
    private static readonly string[] ObjectOptions = ["-o", "--out"];

    // What only describes the compilation is written beside the object too: a rebuild must leave the present build's files alone.
    private static readonly string[] OutputOptions = [.. ObjectOptions, "--map", "--mstat", "--dgmllog", "--scandgmllog", "--metadatalog", "--exportsfile", "--ildump"];

    /// <summary>Redirects the present build's arguments.</summary>
    /// <param name="present">They.</param>
    /// <param name="projectDirectory">What their paths are relative to.</param>
    /// <param name="assembly">The present input, absolute.</param>
    /// <param name="files">Where the rebuild's files are.</param>
    public static IlcCommand Redirect(ImmutableArray<string> present, string projectDirectory, string assembly, RebuiltFiles files) =>
        Redirect(present, projectDirectory, assembly, ImmutableDictionary<string, string>.Empty.Add(assembly, files.Request.Assembly), files.NativeFolder);

    /// <summary>Redirects the present build's arguments.</summary>
    /// <param name="present">They.</param>
    /// <param name="projectDirectory">What their paths are relative to.</param>
    /// <param name="input">The present input, absolute.</param>
    /// <param name="assemblies">What takes the place of assemblies, the input and references: absolute paths by absolute paths.</param>
    /// <param name="outputFolder">Where outputs go.</param>
    public static IlcCommand Redirect(
        ImmutableArray<string> present, string projectDirectory, string input, IReadOnlyDictionary<string, string> assemblies, string outputFolder)
    {
        var moved = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        ImmutableArray<string>.Builder lines = ImmutableArray.CreateBuilder<string>(present.Length);
        bool hasInput = false, hasOutput = false;
        foreach (string line in present)
        {
            (string option, string value) = Divide(line);
            string? target = option.Length == 0 || option == Reference ? assemblies.GetValueOrDefault(FullPath(value, projectDirectory)) : null;
            bool isAssembly = target is not null, isOutput = OutputOptions.Contains(option, StringComparer.Ordinal);
            hasInput |= option.Length == 0 && FullPath(value, projectDirectory) == input;
            hasOutput |= ObjectOptions.Contains(option, StringComparer.Ordinal);
            target ??= Path.Combine(outputFolder, Path.GetFileName(value));
            if (isOutput)
                moved[FullPath(value, projectDirectory)] = target;
            lines.Add(!isAssembly && !isOutput ? line : option.Length == 0 ? target : option + ":" + target);
        }
        if (!hasInput || !hasOutput)
            throw new HotpatchException(RebuildDiagnostics.CommandNotUnderstood.With("ilc", hasInput ? "they name no output" : "they do not name " + input));
        return new IlcCommand(lines.DrainToImmutable(), moved.ToImmutable());
    }

    /// <summary>The same with more references.</summary>
    /// <param name="paths">The assemblies.</param>
    public IlcCommand WithReferences(IEnumerable<string> paths) => this with { Lines = Lines.AddRange(paths.Select(path => Reference + ":" + path)) };

    /// <summary>The files that arguments name (and words that are none), absolute.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="projectDirectory">What they are relative to.</param>
    public static IEnumerable<string> NamedFiles(ImmutableArray<string> arguments, string projectDirectory) =>
        arguments.Select(line => Divide(line).Value).Where(value => value.Length > 0).Select(value => FullPath(value, projectDirectory));

    private static (string Option, string Value) Divide(string line)
    {
        if (!line.StartsWith('-'))
            return ("", line.Trim('"'));
        int end = line.AsSpan().IndexOfAny(':', '=');
        return end < 0 ? (line, "") : (line[..end], line[(end + 1)..].Trim('"'));
    }

    // Some values are no paths, and no path has a zero character.
    private static string FullPath(string value, string projectDirectory) =>
        value.Contains('\0', StringComparison.Ordinal) ? value : Path.GetFullPath(value, projectDirectory);
}
