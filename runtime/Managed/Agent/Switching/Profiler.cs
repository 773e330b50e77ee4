using System;
using System.Collections.Generic;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using HotpatchBuild.Agent.Interop;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Agent.Switching;

/// <summary>The profiler's calls, with failures as <see cref="AgentException"/>.</summary>
internal static unsafe class Profiler
{
    /// <summary>Binds the agent to the profiler that the runtime has loaded.</summary>
    /// <param name="path">Its file.</param>
    internal static void Bind(string path)
    {
        ProfilerLibrary.Bind(path);
        int version = ProfilerLibrary.GetVersion();
        if (version != ProfilerLibrary.Version)
            throw new AgentException(AgentError.OtherProfilerVersion, Text(version), Text(ProfilerLibrary.Version));
        Check(Facts.Attached, "AttachProfiler", "");
        ProfilerLibrary.SetMarker(((RuntimeMethodHandle)MarkerMethod.MethodHandle).Value);
    }

    /// <summary>What is known of the profiler.</summary>
    internal static ProfilerLibrary.Facts Facts
    {
        get
        {
            ProfilerLibrary.Facts facts;
            ProfilerLibrary.GetFacts(&facts);
            return facts;
        }
    }

    /// <summary>Where a method is in the runtime's eyes.</summary>
    /// <param name="method">A method whose type can be loaded.</param>
    internal static MethodKey Locate(MethodBase method)
    {
        // The value of a method handle is a MethodDesc*, which is what the profiling interface calls a FunctionID (proftoeeinterfaceimpl.cpp,
        // FunctionIdToMethodDesc). Asking for the handle also loads the type: RequestReJITWithInliners reads a null pointer without that
        // (rejit.cpp, UpdateJitInlinerActiveILVersions).
        nint module;
        int token;
        Check(ProfilerLibrary.GetMethod(method.MethodHandle.Value, &module, &token), "GetFunctionInfo", method.Name);
        return new MethodKey(module, token);
    }

    /// <summary>A method's original header, code and sections; null when it has no code.</summary>
    internal static byte[]? GetOriginal(MethodKey method)
    {
        byte* bytes;
        uint length;
        return ProfilerLibrary.GetOriginal(method.Module, method.Token, &bytes, &length) < 0 ? null : new ReadOnlySpan<byte>(bytes, (int)length).ToArray();
    }

    /// <summary>A new word that is 0.</summary>
    internal static nint NewGate()
    {
        nint gate = ProfilerLibrary.NewGate();
        return gate != 0 ? gate : throw new OutOfMemoryException();
    }

    /// <summary>Sets what a method is compiled from by its next ReJIT.</summary>
    internal static void SetBody(MethodKey method, byte[] body)
    {
        fixed (byte* bytes = body)
            Check(ProfilerLibrary.SetBody(method.Module, method.Token, bytes, (uint)body.Length), "SetILFunctionBody", "");
    }

    /// <summary>Keeps a method from being inlined from now on.</summary>
    internal static void Veto(MethodKey method) => Check(ProfilerLibrary.Veto(method.Module, method.Token, 1), "JITInlining", "");

    /// <summary>Makes methods, and all that has them inlined, be compiled again.</summary>
    /// <param name="methods">The methods.</param>
    /// <param name="fresh">True when nothing can have them inlined yet, as their assembly is being loaded on this thread.</param>
    /// <returns>The ReJIT id that all of them are above.</returns>
    internal static nint ReJit(IReadOnlyList<MethodKey> methods, bool fresh)
    {
        int waiting;
        MethodKey marker = Locate(MarkerMethod);
        nint[] modules = new nint[methods.Count + 1];
        int[] tokens = new int[methods.Count + 1];
        (modules[0], tokens[0]) = (marker.Module, marker.Token);
        for (int i = 0; i < methods.Count; i++)
            (modules[i + 1], tokens[i + 1]) = (methods[i].Module, methods[i].Token);
        fixed (nint* modulesPointer = modules)
        fixed (int* tokensPointer = tokens)
            Check(ProfilerLibrary.ReJit((uint)tokens.Length, modulesPointer, tokensPointer, fresh ? 0 : 1, &waiting), "RequestReJITWithInliners", "");
        if (waiting > 0)
            throw new AgentException(AgentError.NoSafeMoment, Text(waiting));
        RuntimeHelpers.PrepareMethod(MarkerMethod.MethodHandle);
        return ProfilerLibrary.GetMarkerId();
    }

    /// <summary>The methods that could not be compiled again since the last call.</summary>
    internal static IReadOnlyList<(MethodKey Method, int Result)> TakeErrors()
    {
        var errors = new ProfilerLibrary.ReJitError[1024];
        var result = new List<(MethodKey, int)>();
        fixed (ProfilerLibrary.ReJitError* pointer = errors)
        {
            int count = ProfilerLibrary.TakeErrors(pointer, errors.Length);
            for (int i = 0; i < count; i++)
                result.Add((new MethodKey(errors[i].Module, errors[i].Token), errors[i].Result));
        }
        return result;
    }

    /// <summary>Every inlining that was seen: caller, callee.</summary>
    internal static IReadOnlyList<(MethodKey Caller, MethodKey Callee)> GetInlinings()
    {
        long count = ProfilerLibrary.GetEdges(null, 0);
        var edges = new ProfilerLibrary.Edge[count];
        fixed (ProfilerLibrary.Edge* pointer = edges)
            count = Math.Min(count, ProfilerLibrary.GetEdges(pointer, count));
        var result = new List<(MethodKey, MethodKey)>((int)count);
        foreach (var edge in edges.AsSpan(0, (int)count))
            result.Add((new MethodKey(edge.CallerModule, edge.CallerToken), new MethodKey(edge.CalleeModule, edge.CalleeToken)));
        return result;
    }

    /// <summary>Throws for an HRESULT that is a failure.</summary>
    /// <param name="result">The HRESULT.</param>
    /// <param name="call">The runtime's name of what was called.</param>
    /// <param name="subject">Display name of what it was called for.</param>
    internal static void Check(int result, string call, string subject)
    {
        if (result < 0)
            throw new AgentException(AgentError.RuntimeRefused, call, Hex(result), subject);
    }

    /// <summary>An HRESULT in its usual form.</summary>
    internal static string Hex(int result) => "0x" + result.ToString("X8", CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static MethodInfo MarkerMethod { get; } = ((Action)Marker).Method;

    /// <summary>Its ReJIT ids stand between those of what was compiled before a transition and of what was compiled for it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Marker()
    {
    }
}
