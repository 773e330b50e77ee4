namespace HotpatchBuild.Formats.Deltas;

/// <summary>
/// The members of <c>manifest.json</c>: one description, which <see cref="ManifestWriter"/> writes and <see cref="ManifestReader"/> reads.
/// All members must be there, in any order; members that are not named here, and members that stand twice, are refused.
/// </summary>
/// <remarks>By hand, because the serializer's generic types for these records can't be compiled ahead of time outside the framework: they
/// were 400 of the methods that the just-in-time compiler met while a delta was applied.</remarks>
internal static class DeltaManifestLayout
{
    /// <summary>The member that says which layout follows; the only one that every version has.</summary>
    public const string FormatVersion = "formatVersion";

    private static readonly string[] Engines = [nameof(PatchEngine.Native), nameof(PatchEngine.Managed)];

    private static readonly string[] Policies = [.. DeltaActiveCode.Names];

    private static readonly DeltaRevision NoRevision = new("", "", false);
    private static readonly DeltaFunction NoFunction = new("", "", null, 0, 0, false);
    private static readonly DeltaModule NoModule = new("", default, default, null, "", "", []);

    /// <summary>What a reader starts from.</summary>
    public static readonly DeltaManifest Blank = new()
    {
        FormatVersion = 0, Id = "", Program = "", Baseline = NoRevision, Target = NoRevision, CreatedAt = default, CreatedBy = "", Advisory = new DeltaAdvisory("", []), Modules = [],
    };

    /// <summary>Passes the whole manifest.</summary>
    public static DeltaManifest Manifest(IManifestTransfer t, DeltaManifest m) => new()
    {
        FormatVersion = t.Number(FormatVersion, m.FormatVersion),
        Id = t.Text("id", m.Id),
        Program = t.Text("program", m.Program),
        Baseline = t.Object("baseline", m.Baseline, Revision),
        Target = t.Object("target", m.Target, Revision),
        CreatedAt = t.Time("createdAt", m.CreatedAt),
        CreatedBy = t.Text("createdBy", m.CreatedBy),
        Advisory = t.Object("advisory", m.Advisory, Advisory),
        ActiveCode = t.Object("activeCode", m.ActiveCode, ActiveCode),
        Modules = t.Objects("modules", m.Modules, NoModule, Module),
    };

    private static DeltaRevision Revision(IManifestTransfer t, DeltaRevision r) => new(
        t.Text("commit", r.Commit), t.Text("describe", r.Describe), t.Flag("modified", r.Modified));

    private static DeltaAdvisory Advisory(IManifestTransfer t, DeltaAdvisory a) => new(t.Text("text", a.Text), t.Texts("identifiers", a.Identifiers));

    private static DeltaActiveCode ActiveCode(IManifestTransfer t, DeltaActiveCode a) => new(
        (ActiveCodePolicy)t.Choice("policy", (int)a.Policy, Policies), t.Number("timeoutSeconds", a.TimeoutSeconds));

    private static DeltaModule Module(IManifestTransfer t, DeltaModule m) => new(
        t.Text("name", m.Name), (PatchEngine)t.Choice("engine", (int)m.Engine, Engines), t.Guid("mvid", m.Mvid), t.OptionalText("buildId", m.BuildId),
        t.Text("image", m.Image), t.Text("imageSha256", m.ImageSha256), t.Objects("functions", m.Functions, NoFunction, Function));

    private static DeltaFunction Function(IManifestTransfer t, DeltaFunction f) => new(
        t.Text("symbol", f.Symbol), t.Text("displayName", f.DisplayName), t.OptionalText("file", f.File), t.Number("firstLine", f.FirstLine),
        t.Number("lastLine", f.LastLine), t.Flag("added", f.Added));
}
