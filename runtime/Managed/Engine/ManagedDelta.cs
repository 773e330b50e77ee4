using System.Runtime.InteropServices;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.PatchImages.Managed;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Runtime.Managed;

/// <summary>A delta's part for CoreCLR processes.</summary>
/// <param name="File">The whole delta.</param>
/// <param name="Modules">The part.</param>
public sealed record ManagedDelta(DeltaFile File, IReadOnlyList<DeltaModule> Modules)
{
    /// <summary>The part of a delta that is for CoreCLR processes.</summary>
    /// <param name="delta">The delta.</param>
    /// <exception cref="HotpatchException">It has none.</exception>
    public static ManagedDelta Of(DeltaFile delta)
    {
        ArgumentNullException.ThrowIfNull(delta);
        var modules = delta.Manifest.Modules.Where(static module => module.Engine == PatchEngine.Managed).ToList();
        return modules.Count > 0 ? new ManagedDelta(delta, modules) : throw new HotpatchException(ManagedDiagnostics.NoManagedModule.With());
    }

    /// <summary>Reads every image.</summary>
    /// <exception cref="HotpatchException">One is not valid, or not what the manifest says.</exception>
    public void Verify() => Plan();

    /// <summary>What the agent is asked to bring in force.</summary>
    /// <exception cref="HotpatchException">An image is not valid.</exception>
    internal DeltaPlan Plan() => new(File.Manifest.Id, Bytes(File.ManifestBytes), [.. Modules.Select(Plan)]);

    private ModulePlan Plan(DeltaModule module)
    {
        var bytes = File.ImageBytesOf(module.Name);
        var image = ManagedPatchImage.Read(bytes.AsMemory(), module.Image);
        if (image.Table.Assembly != module.Name || image.Table.Mvid != module.Mvid)
            throw new HotpatchException(ManagedImageDiagnostics.Inconsistent.With(module.Image, "it is for another assembly than the manifest says"));
        return new ModulePlan(
            image.Table.Assembly, image.Table.Mvid, image.PatchAssembly, Bytes(bytes),
            [.. image.Table.Methods.Select(static method => new MethodPlan(
                method.Target, method.HolderType, method.HolderMethod, Bytes(method.Signature), Bytes(method.Instantiation), method.Arguments, method.DisplayName))],
            [.. image.Added.Select(static added => new AddedPlan(added.Name, Bytes(added.Image)))],
            [.. image.Table.Transitions.Select(static code => new TransitionPlan(
                code.Kind switch
                {
                    TransitionKind.Transition => TransitionMoment.Transition,
                    TransitionKind.Rollback => TransitionMoment.Rollback,
                    _ => TransitionMoment.Precondition,
                },
                code.HolderType, code.HolderMethod, code.Identity, code.DisplayName))]);
    }

    private static byte[] Bytes(System.Collections.Immutable.ImmutableArray<byte> bytes) => ImmutableCollectionsMarshal.AsArray(bytes) ?? [];
}
