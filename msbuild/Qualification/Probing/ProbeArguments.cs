using HotpatchBuild.Compiler.Native;
using HotpatchBuild.Hosting;

namespace HotpatchBuild.Qualification.Probing;

/// <summary>Turns the build's own arguments of ILC and the linker into those for the probe: all flags and references stay, what names the program goes.</summary>
internal static class ProbeArguments
{
    private const string LayoutOfExports = "-Wl,--version-script=";

    // Options of ILC (ILCompilerRootCommand.cs) that name the program, its files or its exports, or write files of their own.
    private static readonly string[] OfTheProgram =
    [
        "-o:", "--out:", "-i:", "--map", "--mstat", "--dgmllog", "--scandgmllog", "--metadatalog", "--export", "--descriptor:", "--substitution:", "--mibc:",
        "--root:", "--conditionalroot:", "--trim:", "--nosinglewarnassembly:", "--nosingletrimwarnassembly:", "--warnaserr", "--win32resourcemodule:", "--sourcelink:", "--satellite:",
    ];

    // Options whose value may hold a slash without being a file that ILC writes.
    private static readonly string[] WithPaths = ["-r:", "--reference:", "--directpinvokelist:", "--feature:", "--runtimeknob:"];

    /// <summary>
    /// The layout flags of the probe. It brings a new type, which is refused where the code generator may have counted the classes: a choice of the
    /// project, and no property of the ILC version.
    /// </summary>
    public static IEnumerable<string> LayoutFlags(QualificationRequest request) => request.LayoutFlags.Append(NativeDeltaCompiler.GuardedDevirtualizationOff).Distinct();

    /// <summary>The response file for one version of the probe.</summary>
    /// <param name="recorded">The recorded response file's lines.</param>
    /// <param name="assembly">The version's assembly.</param>
    /// <param name="output">Its object file.</param>
    /// <param name="request">The build at hand.</param>
    public static IEnumerable<string> ForIlc(IEnumerable<string> recorded, string assembly, string output, QualificationRequest request) =>
    [
        Quoted(assembly), Quoted("-o:" + output), Quoted("--map:" + Path.ChangeExtension(output, ProbeBuild.MapExtension)), "--root:" + ProbeBuild.AssemblyName, NativeDeltaCompiler.GuardedDevirtualizationOff,
        .. recorded.Where(line => line.StartsWith('-')
            && !StartsWithAny(line, OfTheProgram)
            && line != NativeDeltaCompiler.GuardedDevirtualizationOff
            && line != "--generateunmanagedentrypoints:" + request.AssemblyName
            && (!line.Contains('/', StringComparison.Ordinal) || StartsWithAny(line, WithPaths))),
    ];

    /// <summary>The linker's arguments for the probe, or null when the program's object is not among them.</summary>
    /// <param name="recorded">The recorded arguments.</param>
    /// <param name="object">The probe's object file.</param>
    /// <param name="output">Its executable.</param>
    /// <param name="request">The build at hand.</param>
    public static IReadOnlyList<string>? ForLinker(IEnumerable<string> recorded, string @object, string output, QualificationRequest request)
    {
        List<string> arguments = [];
        bool found = false;
        foreach (string line in recorded)
        {
            if (Path.GetFullPath(line.Trim('"'), request.ProjectDirectory) == request.NativeObject)
            {
                arguments.Add($"\"{@object}\"");
                found = true;
            }
            else if (line.StartsWith("-o ", StringComparison.Ordinal))
                arguments.Add($"-o \"{output}\"");
            else if (!line.StartsWith(LayoutOfExports, StringComparison.Ordinal))
                arguments.Add(line);
        }
        return found ? arguments : null;
    }

    private static bool StartsWithAny(string line, string[] options) => options.Any(option => line.StartsWith(option, StringComparison.Ordinal));

    private static string Quoted(string argument) => argument.Contains(' ', StringComparison.Ordinal) ? $"\"{argument}\"" : argument;
}
