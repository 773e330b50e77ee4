namespace HotpatchBuild.Hosting;

/// <summary>
/// Finds out by trial whether programs of an ILC version can be patched on this machine. Made by <see cref="CompilerLoadContext.Create"/>.
/// </summary>
public interface IIlcQualifier
{
    /// <summary>The class of HotpatchBuild.Qualification that implements it.</summary>
    const string Implementation = "HotpatchBuild.Qualification.IlcQualifier";

    /// <summary>The assembly of <see cref="Implementation"/>: the only one that sees both the compiler and the runtime.</summary>
    const string Assembly = "HotpatchBuild.Qualification";

    /// <summary>Remembers or finds out.</summary>
    /// <param name="request">Which ILC, and what it was called with.</param>
    BuildReport Qualify(QualificationRequest request);
}
