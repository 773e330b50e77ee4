using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Native;
using HotpatchBuild.Compiler.Native.Audit;
using HotpatchBuild.Compiler.Native.Objects;
using HotpatchBuild.Compiler.Pipeline;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.Elf;
using HotpatchBuild.Hosting;

namespace HotpatchBuild.Qualification.Probing;

/// <summary>Both versions of the probe, compiled by the ILC that is tried, and the first one linked with the arena.</summary>
/// <param name="Executable">The first one's executable.</param>
/// <param name="Baseline">The first one, as a baseline.</param>
/// <param name="Patched">The second one.</param>
internal sealed record ProbeBuild(string Executable, NativeBaseline Baseline, NativeBuild Patched)
{
    /// <summary>Simple name of both versions' assembly.</summary>
    public const string AssemblyName = "HotpatchProbe";

    /// <summary>What stands behind the name of ILC's map.</summary>
    public const string MapExtension = ".map.xml";

    /// <summary>Builds the probe.</summary>
    /// <param name="request">The build at hand.</param>
    /// <exception cref="HotpatchException">A tool fails, or what it made cannot be read.</exception>
    public static async Task<ProbeBuild> MakeAsync(QualificationRequest request)
    {
        string[] recorded = Lines(request.IlcArguments);
        Version before = new(request, "before"), after = new(request, "after");
        // ILC takes a core for most of its time, and two compilations share the wait for the disk.
        Task second = after.CompileAsync(recorded);
        try
        {
            await before.CompileAsync(recorded).ConfigureAwait(false);
            await before.LinkAsync(Lines(request.LinkerArguments)).ConfigureAwait(false);
        }
        finally
        {
            await second.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await second.ConfigureAwait(false);
        return new ProbeBuild(before.Executable, Record(before), after.Read(null));
    }

    private static NativeBaseline Record(Version version)
    {
        ElfFile executable = ElfFile.Read(BuildFiles.Read(version.Executable), AssemblyName);
        NativeBuild build = version.Read(executable);
        PrologueAuditReport audit = PrologueAudit.Run(executable, executable, AssemblyName, IlcMap.Read(build.Map, AssemblyName).CodeLengths());
        return new NativeBaseline(build, NativeBaseline.Summarise(audit));
    }

    private static string[] Lines(string file) =>
        [.. System.Text.Encoding.UTF8.GetString(BuildFiles.Read(file)).TrimStart('\uFEFF').Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    /// <summary>One version and its files.</summary>
    private sealed class Version
    {
        private readonly QualificationRequest _request;
        private readonly string _folder;

        public Version(QualificationRequest request, string name)
        {
            _request = request;
            _folder = Path.Combine(request.WorkDirectory, name);
            foreach (string file in (ReadOnlySpan<string>)[AssemblyName + ".dll", AssemblyName + ".pdb"])
                OutputFiles.Write(Path.Combine(_folder, file), BuildFiles.Read(Path.Combine(request.ProbeDirectory, name, file)));
        }

        public string Executable => Path.Combine(_folder, AssemblyName);

        private string Assembly => Path.Combine(_folder, AssemblyName + ".dll");

        private string Object => Path.Combine(_folder, AssemblyName + ".o");

        public Task CompileAsync(IEnumerable<string> recorded)
        {
            string response = Path.Combine(_folder, "ilc.rsp");
            OutputFiles.Write(response, System.Text.Encoding.UTF8.GetBytes(string.Join('\n', ProbeArguments.ForIlc(recorded, Assembly, Object, _request)) + '\n'));
            return ProbeCommand.RunAsync(_request.ProjectDirectory, Path.Combine(_request.IlcToolsDirectory, "ilc"), ["@" + response], _request.IlcVersion);
        }

        public Task LinkAsync(IEnumerable<string> recorded)
        {
            IReadOnlyList<string> arguments = ProbeArguments.ForLinker(recorded, Object, Executable, _request)
                ?? throw new HotpatchException(QualificationDiagnostics.NotBuilt.With(_request.IlcVersion, $"the arguments of {_request.Linker} do not name {_request.NativeObject}"));
            // The arguments are quoted for the shell: that is how the ILCompiler package's own LinkNative target runs them.
            return ProbeCommand.RunAsync(_request.ProjectDirectory, "/bin/sh", ["-c", $"exec \"{_request.Linker}\" {string.Join(' ', arguments)}"], _request.IlcVersion);
        }

        /// <param name="executable">The executable; null for the version that is not linked.</param>
        public NativeBuild Read(ElfFile? executable)
        {
            byte[] image = BuildFiles.Read(Assembly);
            return new NativeBuild
            {
                Assembly = new ProgramAssembly(AssemblyName, BuildFiles.ReadMvid(image, Assembly), image, BuildFiles.Read(Path.ChangeExtension(Assembly, ".pdb"))),
                OtherAssemblies = [],
                Object = BuildFiles.Read(Object),
                Map = BuildFiles.Read(Path.ChangeExtension(Object, MapExtension)),
                Executable = executable is null ? default : BuildFiles.Read(Executable),
                Symbols = executable is null ? new SymbolListing([]) : SymbolListing.From(executable),
                BuildId = executable is null ? [] : [.. executable.BuildId.Span],
                CompilerArguments = [],
                IlcArguments = [],
                LinkerArguments = [],
                Linker = _request.Linker,
                IlcVersion = _request.IlcVersion,
                Frameworks = [],
                LayoutFlags = [.. ProbeArguments.LayoutFlags(_request)],
            };
        }
    }
}
