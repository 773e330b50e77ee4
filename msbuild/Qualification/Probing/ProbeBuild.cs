using HotpatchBuild.Compiler.Baselines;
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
internal sealed record ProbeBuild(string Executable, BaselineRecord Baseline, NativeBuild Patched)
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
        return new ProbeBuild(before.Executable, Record(before, request), after.Read(null));
    }

    private static BaselineRecord Record(Version version, QualificationRequest request)
    {
        ElfFile executable = ElfFile.Read(NativeBuildCollector.ReadFile(version.Executable), AssemblyName);
        NativeBuild build = version.Read(executable);
        PrologueAuditReport audit = PrologueAudit.Run(executable, executable, AssemblyName, IlcMap.Read(build.Map, AssemblyName).CodeLengths());
        var manifest = new BaselineManifest
        {
            FormatVersion = BaselineManifest.CurrentFormatVersion,
            CreatedBy = BaselineRecorder.CreatedBy,
            Key = new BaselineKey(AssemblyName, "", "", "", ""),
            Commit = "",
            Modified = false,
            BuildId = Convert.ToHexStringLower(build.BuildId.AsSpan()),
            IlcVersion = request.IlcVersion,
            Frameworks = [],
            LayoutFlags = build.LayoutFlags,
            Linker = request.Linker,
            Audit = BaselineRecorder.Summarise(audit),
            Sources = [],
            References = [],
            Assemblies = [],
            Parts = [],
        };
        return new BaselineRecord(manifest, build);
    }

    private static string[] Lines(string file) =>
        [.. System.Text.Encoding.UTF8.GetString(NativeBuildCollector.ReadFile(file)).TrimStart('\uFEFF').Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

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
                OutputFiles.Write(Path.Combine(_folder, file), NativeBuildCollector.ReadFile(Path.Combine(request.ProbeDirectory, name, file)));
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
            byte[] image = NativeBuildCollector.ReadFile(Assembly);
            return new NativeBuild
            {
                Assembly = new ProgramAssembly(AssemblyName, NativeBuildCollector.ReadMvid(image, Assembly), image, NativeBuildCollector.ReadFile(Path.ChangeExtension(Assembly, ".pdb"))),
                OtherAssemblies = [],
                Object = NativeBuildCollector.ReadFile(Object),
                Map = NativeBuildCollector.ReadFile(Path.ChangeExtension(Object, MapExtension)),
                Executable = executable is null ? default : NativeBuildCollector.ReadFile(Executable),
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
