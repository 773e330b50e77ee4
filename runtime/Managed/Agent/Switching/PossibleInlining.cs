using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using HotpatchBuild.Agent.Bodies;
using HotpatchBuild.Agent.Loading;

namespace HotpatchBuild.Agent.Switching;

/// <summary>
/// Whether a method can have others inlined. Asked for methods that were compiled before the profiler was there, or by the build (ReadyToRun): what they inlined was not
/// seen, so everything counts that the JIT could have done.
/// </summary>
/// <param name="wanted">The methods that are looked for.</param>
internal sealed class PossibleInlining(IReadOnlySet<MethodKey> wanted)
{
    // DEFAULT_MAX_INLINE_SIZE and DEFAULT_MAX_INLINE_DEPTH (src/coreclr/jit/inline.h); the number of methods bounds the time of a report.
    private const int MostBytes = 100, MostLevels = 20, MostMethods = 500;

    private readonly Dictionary<MethodKey, bool> known = [];

    /// <summary>True when one of the wanted methods can be inlined into this one, directly or through others.</summary>
    internal bool Reaches(MethodKey key, MethodBase method)
    {
        if (!known.TryGetValue(key, out bool reaches))
            known[key] = reaches = Search(method);
        return reaches;
    }

    private bool Search(MethodBase root)
    {
        var seen = new HashSet<MethodBase>();
        var level = new List<MethodBase> { root };
        for (int depth = 0; depth < MostLevels && level.Count > 0; depth++)
        {
            var next = new List<MethodBase>();
            foreach (var callee in level.SelectMany(Callees))
            {
                if (seen.Count >= MostMethods || !seen.Add(callee) || callee.MethodImplementationFlags.HasFlag(MethodImplAttributes.NoInlining))
                    continue;
                if (IsWanted(callee))
                    return true;
                if (CodeOf(callee)?.Length is int length
                    && (length <= MostBytes || callee.MethodImplementationFlags.HasFlag(MethodImplAttributes.AggressiveInlining)))
                    next.Add(callee);
            }
            level = next;
        }
        return false;
    }

    private bool IsWanted(MethodBase method)
    {
        try
        {
            return wanted.Contains(Profiler.Locate(method));
        }
        catch (Exception e) when (e is AgentException or InvalidOperationException or NotSupportedException || HolderPreparation.IsBinding(e))
        {
            return false; // its type can't be loaded: nothing of it runs
        }
    }

    // Asking for a body loads the types of its locals.
    private static byte[]? CodeOf(MethodBase method)
    {
        try
        {
            return method.GetMethodBody()?.GetILAsByteArray();
        }
        catch (Exception e) when (HolderPreparation.IsBinding(e))
        {
            return null; // it was never compiled
        }
    }

    private static IEnumerable<MethodBase> Callees(MethodBase method)
    {
        byte[]? code = CodeOf(method);
        if (code is null)
            yield break;
        var typeArguments = method.DeclaringType?.IsGenericType == true ? method.DeclaringType.GetGenericArguments() : null;
        var arguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        foreach (int token in CallTokens.Read(code))
        {
            MethodBase? callee;
            try
            {
                callee = method.Module.ResolveMethod(token, typeArguments, arguments);
            }
            catch (Exception e) when (e is ArgumentException || HolderPreparation.IsBinding(e))
            {
                continue; // what it calls is not there, so that code was never compiled
            }
            // The framework's methods go back to user code through interfaces and delegates, which the JIT can see through only in user code's own callers.
            if (callee is not null && !TargetModules.IsFramework(callee.Module.Assembly))
                yield return callee;
        }
    }
}
