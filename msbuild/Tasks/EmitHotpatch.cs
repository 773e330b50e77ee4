using HotpatchBuild.Hosting;
using Microsoft.Build.Framework;

namespace HotpatchBuild.Tasks;

/// <summary>Records what was built as a baseline, or makes a delta against the recorded one.</summary>
public abstract class EmitHotpatch : EngineTask
{
    private const string AnyRuntime = "any";

    /// <summary>Simple name of the assembly.</summary>
    [Required]
    public string AssemblyName { get; set; } = "";

    /// <summary>For example <c>net9.0</c>.</summary>
    [Required]
    public string TargetFramework { get; set; } = "";

    /// <summary>For example <c>linux-x64</c>; empty for a program that runs on any platform.</summary>
    public string RuntimeIdentifier { get; set; } = "";

    /// <summary>For example <c>Release</c>.</summary>
    [Required]
    public string Configuration { get; set; } = "";

    /// <summary>The compiler's assembly.</summary>
    [Required]
    public string Assembly { get; set; } = "";

    /// <summary>File with the C# compiler's arguments, one a line.</summary>
    [Required]
    public string CompilerArguments { get; set; } = "";

    /// <summary>A git revision or a <c>.hotbase</c> file; empty to look one up in the store.</summary>
    public string Baseline { get; set; } = "";

    /// <summary>The folder that keeps baselines; empty for <c>.hotpatch</c> at the git root.</summary>
    public string Store { get; set; } = "";

    /// <summary>Why the fix is made.</summary>
    public string AdvisoryText { get; set; } = "";

    /// <summary>finish, wait or refuse: what happens with calls that are under way at the switch.</summary>
    public string ActiveCode { get; set; } = "";

    /// <summary>Seconds to wait for their end.</summary>
    public string ActiveCodeTimeout { get; set; } = "";

    /// <summary>A file that signs the delta; empty for an unsigned one.</summary>
    public string SigningCertificate { get; set; } = "";

    /// <summary>Where the delta goes.</summary>
    [Required]
    public string DeltaFile { get; set; } = "";

    /// <summary>A folder under <c>obj/</c> that the engine may write in.</summary>
    [Required]
    public string IntermediateDirectory { get; set; } = "";

    /// <summary>Folders whose assemblies belong to the framework.</summary>
    [Required]
    public ITaskItem[] FrameworkDirectories { get; set; } = [];

    /// <summary>Name and version of each framework.</summary>
    public ITaskItem[] Frameworks { get; set; } = [];

    /// <summary>CVE numbers, links, ticket numbers.</summary>
    public ITaskItem[] AdvisoryIdentifiers { get; set; } = [];

    /// <summary>True to record a new baseline whatever the store holds.</summary>
    public bool NewBaseline { get; set; }

    /// <summary>True when a refusal is to be a warning.</summary>
    public bool WarnOnRefusal { get; set; }

    /// <summary>True to answer only whether the change can be hot-patched, and to keep nothing.</summary>
    public bool Check { get; set; }

    /// <summary>Where refusals and warnings are written as SARIF 2.1.0, relative to the project; empty for nowhere.</summary>
    public string Sarif { get; set; } = "";

    /// <summary>The delta that was made; empty when none was.</summary>
    [Output]
    public string Delta { get; private set; } = "";

    /// <summary>The baseline that was recorded or compared with; empty when neither happened.</summary>
    [Output]
    public string BaselineFile { get; private set; } = "";

    /// <summary>Adds what only one engine has.</summary>
    /// <param name="request">What every engine has.</param>
    private protected abstract BuildRequest Complete(BuildRequest request);

    /// <inheritdoc/>
    private protected override BuildReport Run(CompilerLoadContext context)
    {
        BuildRequest request = Complete(new BuildRequest
        {
            ProjectFile = Path.GetFullPath(ProjectFile),
            AssemblyName = AssemblyName,
            TargetFramework = TargetFramework,
            RuntimeIdentifier = RuntimeIdentifier.Length == 0 ? AnyRuntime : RuntimeIdentifier,
            Configuration = Configuration,
            Assembly = Path.GetFullPath(Assembly),
            CompilerArguments = Path.GetFullPath(CompilerArguments),
            Baseline = Baseline,
            Store = Store,
            AdvisoryText = AdvisoryText,
            ActiveCode = ActiveCode,
            ActiveCodeTimeout = ActiveCodeTimeout,
            SigningCertificate = SigningCertificate,
            Delta = Path.GetFullPath(DeltaFile),
            IntermediateDirectory = Path.GetFullPath(IntermediateDirectory),
            FrameworkDirectories = FrameworkDirectories.Select(item => Path.GetFullPath(item.ItemSpec)).ToList(),
            Frameworks = Frameworks.Select(item => item.ItemSpec).Order(StringComparer.Ordinal).ToList(),
            AdvisoryIdentifiers = AdvisoryIdentifiers.Select(item => item.ItemSpec).ToList(),
            ProjectAssemblies = [],
            Native = null,
            NewBaseline = NewBaseline,
            WarnOnRefusal = WarnOnRefusal,
            Check = Check,
            Sarif = Sarif.Length == 0 ? "" : Path.GetFullPath(Sarif, Path.GetDirectoryName(Path.GetFullPath(ProjectFile))!),
            HelpUri = HelpUri,
        });
        LogValue("Request", request);
        foreach (string identifier in request.AdvisoryIdentifiers)
            LogValue(nameof(AdvisoryIdentifiers), identifier);
        return context.Create<IHotpatchEngine>(IHotpatchEngine.Implementation).EmitHotpatch(request, Cancellation);
    }

    /// <inheritdoc/>
    private protected override void TakeOutputs(BuildReport report)
    {
        Delta = report.Delta ?? "";
        BaselineFile = report.Baseline ?? "";
        LogValue(nameof(Delta), Delta);
        LogValue(nameof(BaselineFile), BaselineFile);
    }
}
