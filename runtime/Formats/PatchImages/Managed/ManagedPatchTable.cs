using System.Collections.Immutable;

namespace HotpatchBuild.Formats.PatchImages.Managed;

/// <summary>A method of the baseline that a managed patch image redirects.</summary>
/// <param name="Target">Its MethodDef token in the assembly that is changed.</param>
/// <param name="HolderType">Full name of the type in the patch assembly that holds the new body; no nested type.</param>
/// <param name="HolderMethod">Name of the static method there; unique within the type.</param>
/// <param name="Signature">The holder's method signature (ECMA-335 II.23.2.1), written with the tokens of the assembly that is changed.</param>
/// <param name="Instantiation">MethodSpec signature (II.23.2.15) over the target's own generic parameters; empty where it has none.</param>
/// <param name="Arguments">Number of arguments, <c>this</c> included.</param>
/// <param name="DisplayName">The name a C# developer knows.</param>
public sealed record ManagedPatchMethod(
    int Target, string HolderType, string HolderMethod, ImmutableArray<byte> Signature, ImmutableArray<byte> Instantiation, int Arguments, string DisplayName);

/// <summary>When transition code runs.</summary>
public enum TransitionKind
{
    /// <summary>Inside the switch, once for each time that the delta comes into force.</summary>
    Transition,

    /// <summary>Inside the switch back to the baseline.</summary>
    Rollback,

    /// <summary>Before anything is changed, and by a check.</summary>
    Precondition,
}

/// <summary>A method of the new revision that runs at a switch.</summary>
/// <param name="Kind">When.</param>
/// <param name="HolderType">Full name of the type in the patch assembly that has the method to call.</param>
/// <param name="HolderMethod">Its name: static, without parameters, void, or for a precondition bool or string.</param>
/// <param name="Identity">Code that has run under an identity does not run again for a delta that supersedes.</param>
/// <param name="DisplayName">The name a C# developer knows.</param>
public sealed record ManagedTransitionCode(TransitionKind Kind, string HolderType, string HolderMethod, string Identity, string DisplayName);

/// <summary>An assembly that comes with a patch image: added types, or storage of an added static field.</summary>
/// <param name="Name">Simple name; equal content has an equal name.</param>
/// <param name="Image">The assembly.</param>
public sealed record ManagedAddedAssembly(string Name, ImmutableArray<byte> Image);

/// <summary>What a managed patch image says about itself beside its code.</summary>
public sealed record ManagedPatchTable
{
    /// <summary>Simple name of the assembly that is changed.</summary>
    public required string Assembly { get; init; }

    /// <summary>Module version id of its baseline.</summary>
    public required Guid Mvid { get; init; }

    /// <summary>What is redirected, by token.</summary>
    public required ImmutableArray<ManagedPatchMethod> Methods { get; init; }

    /// <summary>Simple names of the assemblies that come with the image, each of which is the manifest resource <see cref="ManagedPatchTableWriter.AddedResource"/>.</summary>
    public required ImmutableArray<string> Added { get; init; }

    /// <summary>What runs at a switch, in its order.</summary>
    public ImmutableArray<ManagedTransitionCode> Transitions { get; init; } = [];
}

/// <summary>A managed patch image that was read: an ordinary assembly with a table.</summary>
/// <param name="PatchAssembly">Simple name of the patch assembly.</param>
/// <param name="Table">Its table.</param>
/// <param name="Added">The assemblies that come with it, in the order of the table.</param>
public sealed record ManagedPatchImage(string PatchAssembly, ManagedPatchTable Table, ImmutableArray<ManagedAddedAssembly> Added)
{
    /// <summary>Reads an image. Any bytes give either an image that keeps all rules or a failure.</summary>
    /// <param name="image">The file's bytes.</param>
    /// <param name="name">What the image is called in a failure, for example its path inside the delta.</param>
    /// <exception cref="Diagnostics.HotpatchException">The bytes are no valid managed patch image (HPB3401 to HPB3407).</exception>
    public static ManagedPatchImage Read(ReadOnlyMemory<byte> image, string name) => ManagedPatchImageReader.Read(image, name);
}
