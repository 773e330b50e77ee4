using System;
using System.Collections.Generic;

namespace HotpatchBuild.Protocol;

/// <summary>What the tool asks the agent to bring into force.</summary>
/// <param name="DeltaId">Identity of the delta (32 lower-case hex digits).</param>
/// <param name="Manifest">The delta's <c>manifest.json</c>, kept by the agent so that <c>status</c> can tell what is in force.</param>
/// <param name="Modules">The assemblies that it changes.</param>
public sealed record DeltaPlan(string DeltaId, byte[] Manifest, IReadOnlyList<ModulePlan> Modules);

/// <summary>One assembly's part of a delta.</summary>
/// <param name="Assembly">Simple name of the assembly that is changed.</param>
/// <param name="Mvid">Its module version id.</param>
/// <param name="PatchAssembly">Simple name of the patch assembly.</param>
/// <param name="Image">The patch assembly.</param>
/// <param name="Methods">What is redirected.</param>
/// <param name="Added">Assemblies with added types and storage of added static fields; one that is loaded under its name is used again.</param>
/// <param name="Transitions">What runs at the switch, in its order.</param>
public sealed record ModulePlan(
    string Assembly, Guid Mvid, string PatchAssembly, byte[] Image, IReadOnlyList<MethodPlan> Methods, IReadOnlyList<AddedPlan> Added, IReadOnlyList<TransitionPlan> Transitions);

/// <summary>When transition code runs. The numbers are part of the protocol.</summary>
public enum TransitionMoment
{
    /// <summary>Inside the switch to the delta.</summary>
    Transition = 0,

    /// <summary>Inside the switch to the baseline.</summary>
    Rollback = 1,

    /// <summary>Before anything is changed.</summary>
    Precondition = 2,
}

/// <summary>A method that runs at a switch.</summary>
/// <param name="Moment">When.</param>
/// <param name="HolderType">Full name of the type in the patch assembly that has it.</param>
/// <param name="HolderMethod">Name of the static method there, which has no parameters.</param>
/// <param name="Identity">What has run under an identity does not run again for a delta that supersedes.</param>
/// <param name="DisplayName">The name a C# developer knows.</param>
public sealed record TransitionPlan(TransitionMoment Moment, string HolderType, string HolderMethod, string Identity, string DisplayName);

/// <summary>One method that is redirected.</summary>
/// <param name="Target">Its MethodDef token in the assembly that is changed.</param>
/// <param name="HolderType">Full name of the type in the patch assembly that holds the new body.</param>
/// <param name="HolderMethod">Name of the static method there; unique within the type.</param>
/// <param name="Signature">The holder's method signature (ECMA-335 II.23.2.1), written with the tokens of the assembly that is changed.</param>
/// <param name="Instantiation">MethodSpec signature (II.23.2.15) over the target's own generic parameters; empty where it has none.</param>
/// <param name="Arguments">Number of arguments, <c>this</c> included.</param>
/// <param name="DisplayName">The name a C# developer knows.</param>
public sealed record MethodPlan(
    int Target, string HolderType, string HolderMethod, byte[] Signature, byte[] Instantiation, int Arguments, string DisplayName);

/// <summary>An assembly with added types or storage.</summary>
/// <param name="Name">Simple name; equal content has an equal name.</param>
/// <param name="Image">The assembly.</param>
public sealed record AddedPlan(string Name, byte[] Image);
