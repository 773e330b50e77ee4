using System;
using System.Reflection;
using HotpatchBuild.Agent.Interop;

namespace HotpatchBuild.Agent.Switching;

/// <summary>Whether code can have others inlined. The first code of a method that the process compiled itself is of the lowest tier, which inlines nothing.</summary>
internal static class Tiers
{
    // Settings of the runtime (src/coreclr/inc/clrconfigvalues.h) that make the first code an optimised one.
    private static readonly bool firstIsOptimised =
        Off("System.Runtime.TieredCompilation", "TieredCompilation") || Off("System.Runtime.TieredCompilation.QuickJit", "TC_QuickJit")
        || Off("System.Runtime.TieredCompilation.QuickJitForLoops", "TC_QuickJitForLoops");

    /// <summary>True when code of this kind can have others inlined.</summary>
    internal static bool Inlines(ProfilerLibrary.Origin origin, MethodBase method) =>
        firstIsOptimised || (origin & ProfilerLibrary.Origin.FirstCode) == 0 || (origin & ProfilerLibrary.Origin.ReadyToRun) != 0
        || method.MethodImplementationFlags.HasFlag(MethodImplAttributes.AggressiveOptimization);

    private static bool Off(string name, string variable) =>
        AppContext.TryGetSwitch(name, out bool value) && !value
        || (Environment.GetEnvironmentVariable("DOTNET_" + variable) ?? Environment.GetEnvironmentVariable("COMPlus_" + variable)) == "0";
}
