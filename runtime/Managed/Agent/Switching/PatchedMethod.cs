using System.Collections.Generic;
using System.Reflection;
using HotpatchBuild.Agent.Bodies;

namespace HotpatchBuild.Agent.Switching;

/// <summary>A method that some delta redirected, of one loaded assembly.</summary>
internal sealed class PatchedMethod(MethodKey key, MethodBase method, byte[] original, string displayName)
{
    internal MethodKey Key { get; } = key;

    internal MethodBase Method { get; } = method;

    /// <summary>Header, code and sections as the file has them.</summary>
    internal byte[] Original { get; } = original;

    internal string DisplayName { get; } = displayName;

    /// <summary>Where the original code of an async method or iterator goes on; null for any other method.</summary>
    internal MethodKey? StateMachine { get; } = StateMachines.MoveNextOf(method);

    /// <summary>What it does now; null for its original code.</summary>
    internal Holder? InForce { get; set; }

    /// <summary>Its bodies, oldest first.</summary>
    internal List<InstalledBody> Bodies { get; } = [];
}

/// <summary>A body that a method has had since a transition.</summary>
/// <param name="FirstReJit">ReJIT ids of its code are above.</param>
/// <param name="OriginalStart">Where the original code begins in its IL; <see cref="int.MaxValue"/> when that is not in it.</param>
internal readonly record struct InstalledBody(nint FirstReJit, int OriginalStart);

/// <summary>A static method of a patch assembly with a new body.</summary>
/// <param name="Key">Where it is.</param>
/// <param name="StateMachine">Where an async method or iterator goes on; null for any other method.</param>
/// <param name="Form">How the patched method goes on to it.</param>
internal sealed record Holder(MethodKey Key, MethodKey? StateMachine, MethodForm Form);
