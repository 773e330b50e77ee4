namespace HotpatchBuild.Compiler.Baselines;

/// <summary>A build for CoreCLR: the assemblies are all of it.</summary>
internal sealed record CoreClrBuild : ProgramBuild
{
    /// <summary>The module version id of the program's own assembly.</summary>
    public override string Identity => Assembly.Mvid.ToString("N");
}
