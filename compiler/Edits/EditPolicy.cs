using System.Collections.Frozen;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>What the engine behind the comparison can do. The default is what every native engine can: the least.</summary>
internal sealed record EditPolicy
{
    /// <summary>The least: nothing but new code, new literals, new methods and new types without static fields.</summary>
    public static EditPolicy Default { get; } = new();

    /// <summary>What forwarding through ReJIT can: old types stay as they are and new ones stand beside them, static fields are stored by name and not by
    /// place, and the delta brings storage of its own. Of an application with all of its assemblies take it <c>with { ClosedWorld = true }</c>.</summary>
    public static EditPolicy Managed { get; } = new()
    {
        GeneratedTypesCoexist = true,
        DeltaOwnedStatics = true,
        DeltaOwnedThreadStatics = true,
        StaticsAreNotFolded = true,
        StaysInOldTypes = true,
        ReplacesStateMachines = true,
        FieldsBesideObjects = true,
        RunsTransitionCode = true,
        TestsTypesForVirtuals = true,
    };

    /// <summary>What a native program can whose new code is compiled beside the baseline's types (Native/Synthesis): types stay, new ones stand beside them, the delta brings storage.
    /// What the compiler has made of the whole program counts too: it has folded values that nothing wrote.</summary>
    public static EditPolicy Synthetic { get; } = new()
    {
        ClosedWorld = true,
        GeneratedTypesCoexist = true,
        DeltaOwnedStatics = true,
        StaysInOldTypes = true,
        ReplacesStateMachines = true,
        FollowsCompiledCode = true,
        FieldsBesideObjects = true,
        TestsTypesForVirtuals = true,
    };

    /// <summary>True when all code that can call into the assembly is compared and patched together (a NativeAOT program with all of its
    /// assemblies). An assembly with an entry point is always taken so: nothing outside calls it.</summary>
    public bool ClosedWorld { get; init; }

    /// <summary>True when a generated type (closure, state machine, class of cached lambdas) of the new revision may stand beside the
    /// baseline's type of the same name. Old instances then finish with the old code.</summary>
    public bool GeneratedTypesCoexist { get; init; }

    /// <summary>True when the delta can own storage for static fields that the baseline does not have.</summary>
    public bool DeltaOwnedStatics { get; init; }

    /// <summary>True when that storage can be one for each thread.</summary>
    public bool DeltaOwnedThreadStatics { get; init; }

    /// <summary>True when the delta can bring the static fields of types that are new altogether, their initialisers included.</summary>
    public bool NewTypesOwnStatics { get; init; }

    /// <summary>True when vtable slots that exist can be swapped: an override that is added to, or removed from, an existing class.</summary>
    public bool SwappedVtableSlots { get; init; }

    /// <summary>True when the baseline was compiled so that no static field's value is folded into code (ILC <c>--nopreinitstatics</c>).</summary>
    public bool StaticsAreNotFolded { get; init; }

    /// <summary>True when the running process keeps its types as they are and finds members by name (CoreCLR): the order of fields and of cached delegates does
    /// not matter, initialisers of added static fields are run by the delta, and code that ran once stays as it ran.</summary>
    public bool StaysInOldTypes { get; init; }

    /// <summary>True when an async method or iterator with changed code gets a new state machine: calls in flight finish in the old one.</summary>
    public bool ReplacesStateMachines { get; init; }

    /// <summary>True when methods that attributes mark as transition code are run at the switch.</summary>
    public bool RunsTransitionCode { get; init; }

    /// <summary>True when the code of methods that did not change is compiled again and compared: then it has to be known what follows from an edit.</summary>
    public bool FollowsCompiledCode { get; init; }

    /// <summary>True when the delta can keep the values of added instance fields beside the objects, and removed ones can stay where they are.</summary>
    public bool FieldsBesideObjects { get; init; }

    /// <summary>True when calls of virtual and interface members that are new in existing types look at the object's type instead of at a slot.</summary>
    public bool TestsTypesForVirtuals { get; init; }

    /// <summary>Simple names of assemblies that the running program can load although the edited assembly did not refer to them.</summary>
    public IReadOnlySet<string> Loadable { get; init; } = FrozenSet<string>.Empty;
}
