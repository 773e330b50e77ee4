using System;
using System.Diagnostics;
using System.Linq;
using System.Runtime.InteropServices;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Agent.Switching;

/// <summary>What this process is.</summary>
internal static class ProcessFacts
{
    // What makes dynamic methods refers to one of these: expression trees, serializers, dependency injection, mappers.
    private static readonly string[] dynamicMakers =
        ["System.Reflection.Emit.Lightweight", "System.Reflection.Emit.ILGeneration", "System.Reflection.Emit", "System.Linq.Expressions"];

    internal static TargetFacts Read()
    {
        bool prepared = Profiler.Facts.Prepared != 0;
        bool dynamicCode = !prepared && AppDomain.CurrentDomain.GetAssemblies().Any(a => dynamicMakers.Contains(a.GetName().Name));
        return new TargetFacts(RuntimeInformation.FrameworkDescription, prepared, dynamicCode, Debugger.IsAttached, TargetModules.List());
    }
}
