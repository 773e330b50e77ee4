using System;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

// Every declaration passes values as they are; the stubs of the calls are in this assembly then, and none is made at run time.
[assembly: DisableRuntimeMarshalling]

namespace HotpatchBuild.Agent.Interop;

/// <summary>The exports of <c>libhotpatch.so</c> (runtime/Managed/Profiler/hotpatch.cpp), which the runtime has loaded already.</summary>
internal static unsafe partial class ProfilerLibrary
{
    /// <summary>What <c>hotpatch_abi</c> has to say.</summary>
    internal const int Version = 3;

    private const string Library = "libhotpatch";

    private static IntPtr handle;

    /// <summary>Binds the calls to one file. A file that is loaded is not loaded a second time (dlopen(3) compares device and inode).</summary>
    /// <param name="path">Where the loaded library is.</param>
    internal static void Bind(string path)
    {
        IntPtr loaded = NativeLibrary.Load(path);
        if (handle == IntPtr.Zero)
        {
            handle = loaded;
            NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), static (name, _, _) => name == Library ? handle : IntPtr.Zero);
        }
        else if (handle != loaded)
            throw new InvalidOperationException("The agent is bound to another profiler already.");
    }

    [LibraryImport(Library, EntryPoint = "hotpatch_abi")]
    internal static partial int GetVersion();

    [LibraryImport(Library, EntryPoint = "hotpatch_facts")]
    internal static partial void GetFacts(Facts* facts);

    [LibraryImport(Library, EntryPoint = "hotpatch_method")]
    internal static partial int GetMethod(nint function, nint* module, int* token);

    [LibraryImport(Library, EntryPoint = "hotpatch_original")]
    internal static partial int GetOriginal(nint module, int token, byte** bytes, uint* length);

    [LibraryImport(Library, EntryPoint = "hotpatch_gate")]
    internal static partial nint NewGate();

    [LibraryImport(Library, EntryPoint = "hotpatch_set_gate")]
    internal static partial void SetGate(nint gate, uint value);

    [LibraryImport(Library, EntryPoint = "hotpatch_define")]
    internal static partial int Define(nint module, Definition* definitions, int count);

    [LibraryImport(Library, EntryPoint = "hotpatch_set_body")]
    internal static partial int SetBody(nint module, int token, byte* bytes, uint length);

    [LibraryImport(Library, EntryPoint = "hotpatch_veto")]
    internal static partial int Veto(nint module, int token, int veto);

    [LibraryImport(Library, EntryPoint = "hotpatch_set_marker")]
    internal static partial void SetMarker(nint function);

    [LibraryImport(Library, EntryPoint = "hotpatch_marker_id")]
    internal static partial nint GetMarkerId();

    [LibraryImport(Library, EntryPoint = "hotpatch_rejit")]
    internal static partial int ReJit(uint count, nint* modules, int* tokens, int hold, int* waiting);

    [LibraryImport(Library, EntryPoint = "hotpatch_take_errors")]
    internal static partial int TakeErrors(ReJitError* errors, int capacity);

    [LibraryImport(Library, EntryPoint = "hotpatch_edges")]
    internal static partial long GetEdges(Edge* edges, long capacity);

    [LibraryImport(Library, EntryPoint = "hotpatch_snapshot")]
    internal static partial int TakeSnapshot(Snapshot* snapshot, Guard* guard);

    [LibraryImport(Library, EntryPoint = "hotpatch_free_snapshot")]
    internal static partial void FreeSnapshot(Snapshot* snapshot);

    /// <summary>What is known of the profiler.</summary>
    internal struct Facts
    {
        /// <summary>HRESULT of its initialisation.</summary>
        internal int Attached;

        /// <summary>1 when it has been there from the start.</summary>
        internal int Prepared;

        /// <summary>1 when a dynamic method was compiled since.</summary>
        internal int DynamicCode;

        /// <summary>1 when not every inlining could be noted.</summary>
        internal int EdgesFull;
    }

    /// <summary>A reference that is added to a module's metadata.</summary>
    internal struct Definition
    {
        internal int Kind;
        internal int ParentIndex;
        internal int Parent;
        internal uint BlobLength;
        internal char* Name;
        internal byte* Blob;
        internal ushort Major, Minor, Build, Revision;
        internal int Token;
        internal int Result;
    }

    /// <summary>A method that the runtime could not ReJIT.</summary>
    internal struct ReJitError
    {
        internal nint Module;
        internal int Token;
        internal int Result;
    }

    /// <summary>One method was inlined into another one.</summary>
    internal struct Edge
    {
        internal nint CallerModule;
        internal int CallerToken;
        internal int CallerZero;
        internal nint CalleeModule;
        internal int CalleeToken;
        internal int CalleeZero;
    }

    /// <summary>A frame of a thread.</summary>
    internal struct Frame
    {
        /// <summary>0 for a run of native frames.</summary>
        internal nint Function;
        internal nint ReJit;
        internal nint Module;
        internal nint Address;
        internal int Token;
        internal int Thread;

        internal Origin Origin;

        /// <summary>Offset in the IL of a method that was compiled again; below 0 before the first and behind the last instruction, and where it is not known.</summary>
        internal int Offset;
    }

    /// <summary>What is known of a frame's code.</summary>
    [Flags]
    internal enum Origin
    {
        /// <summary>The function was compiled since the profiler is there, so that what it inlined is known.</summary>
        Seen = 1,

        /// <summary>It is the function's first code.</summary>
        FirstCode = 2,

        /// <summary>The module comes with compiled code.</summary>
        ReadyToRun = 4,
    }

    /// <summary>A method that may be in the way of a gate.</summary>
    internal struct Watch
    {
        internal nint Module;
        internal int Token;

        internal WatchKind Kind;
    }

    /// <summary>Which of its frames are in the way.</summary>
    internal enum WatchKind
    {
        /// <summary>Any.</summary>
        Any = 1,

        /// <summary>Any but those at addresses that are known to be harmless.</summary>
        ButHarmless = 2,
    }

    /// <summary>A word that is set while all managed threads stand, when nothing is in the way.</summary>
    internal struct Guard
    {
        internal Watch* Watches;
        internal long WatchCount;

        /// <summary>Addresses in ascending order.</summary>
        internal nint* Harmless;
        internal long HarmlessCount;
        internal nint Gate;
        internal uint Value;

        /// <summary>1 when it was set.</summary>
        internal int Stored;
    }

    /// <summary>The managed stacks of all threads.</summary>
    internal struct Snapshot
    {
        internal Frame* Frames;
        internal long Count;
        internal long Capacity;
        internal long SuspendedNanoseconds;
        internal int Threads;
        internal int Unreadable;
        internal int Current;
        internal int Zero;
    }
}
