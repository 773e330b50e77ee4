using System;
using System.Reflection;
using System.Runtime.CompilerServices;
using HotpatchBuild.Agent.Loading;

namespace HotpatchBuild.Agent.Switching;

/// <summary>The types that the compiler makes of async methods and iterators.</summary>
internal static class StateMachines
{
    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Where an async method or iterator goes on after its first call; null for any other method.</summary>
    internal static MethodKey? MoveNextOf(MethodBase method)
    {
        try
        {
            var moveNext = method.GetCustomAttribute<StateMachineAttribute>()?.StateMachineType.GetMethod("MoveNext", Instance, Type.EmptyTypes);
            return moveNext is null ? null : Profiler.Locate(moveNext);
        }
        catch (Exception e) when (e is AgentException or CustomAttributeFormatException || HolderPreparation.IsBinding(e))
        {
            return null; // without its state machine it can't be in flight
        }
    }
}
