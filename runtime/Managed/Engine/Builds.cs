namespace HotpatchBuild.Runtime.Managed;

/// <summary>What a build of an assembly is called.</summary>
public static class Builds
{
    /// <summary>The beginning of its MVID, as long as a build-id is shown.</summary>
    public static string Short(Guid mvid) => mvid.ToString("N")[..12];
}
