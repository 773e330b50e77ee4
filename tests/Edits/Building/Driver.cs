namespace HotpatchBuild.Tests.Edits.Building;

/// <summary>The sources that are compiled into every program beside its own.</summary>
internal static class Driver
{
    private static readonly Lazy<(string, string)> s_main = new(() => File("CatalogueDriver.cs")), s_prepare = new(() => File("HotpatchPrepare.cs"));

    /// <summary>Main, which does what a test asks for.</summary>
    public static (string Path, string Text) Main => s_main.Value;

    /// <summary>What the package adds to managed programs.</summary>
    public static (string Path, string Text) Prepare => s_prepare.Value;

    private static (string, string) File(string name) => (name, System.IO.File.ReadAllText(System.IO.Path.Combine(AppContext.BaseDirectory, "Driver", name)));
}
