namespace HotpatchBuild.Compiler.Native.Objects;

/// <summary>What a named piece of an ILC object file is. The names are those of ILC's dependency nodes as <c>--map</c> writes them.</summary>
internal enum IlcNodeKind
{
    /// <summary>A kind that this code does not know: it is compared byte by byte and never copied into a patch image.</summary>
    Unknown,

    /// <summary>Compiled method in <c>__managedcode</c>.</summary>
    Method,

    /// <summary>ILC's own stub in <c>.text</c>: static base helpers, generic look-ups, delegate constructors, tentative methods.</summary>
    Helper,

    /// <summary>Unboxing stub in <c>__unbox</c>.</summary>
    UnboxingStub,

    /// <summary>Language-specific data area of a frame: flags, exception table, GC info.</summary>
    Lsda,

    /// <summary>Exception handling clauses of one method.</summary>
    ExceptionInfo,

    /// <summary>Constants and jump tables of one method.</summary>
    MethodData,

    /// <summary>Unboxing target and the like, found through the LSDA.</summary>
    AssociatedData,

    /// <summary>Data of a field with an RVA (array initialisers, <c>ReadOnlySpan</c> literals).</summary>
    FieldData,

    /// <summary>MethodTable of a type of which instances can be made.</summary>
    ConstructedType,

    /// <summary>MethodTable that is good for casts and identity only, without virtual slots.</summary>
    NecessaryType,

    /// <summary>MethodTable of a statics holder; only the garbage collector looks at it.</summary>
    StaticsType,

    /// <summary>Virtual methods that are not part of the MethodTable itself.</summary>
    SealedVTable,

    /// <summary>Interface dispatch map of a type.</summary>
    DispatchMap,

    /// <summary>Generic arguments of a type.</summary>
    GenericComposition,

    /// <summary>Variance flags of generic parameters.</summary>
    GenericVariance,

    /// <summary>Rare properties of a type (up to ILC 8.0, EETypeOptionalFieldsNode.cs): numbers, no references.</summary>
    OptionalFields,

    /// <summary>The word of a type that the runtime writes to.</summary>
    WritableData,

    /// <summary>Generic dictionary of a type or method.</summary>
    Dictionary,

    /// <summary>Function pointer with its instantiation argument.</summary>
    FatPointer,

    /// <summary>Runtime method or field handle, with its signature.</summary>
    RuntimeHandle,

    /// <summary>Cell of an interface call.</summary>
    DispatchCell,

    /// <summary>String literal.</summary>
    FrozenString,

    /// <summary>Pre-allocated <c>RuntimeType</c>.</summary>
    FrozenType,

    /// <summary>Any other pre-allocated object.</summary>
    FrozenObject,

    /// <summary>Static fields without references, behind the class constructor's context where there is one.</summary>
    NonGCStatics,

    /// <summary>Static fields with references.</summary>
    GCStatics,

    /// <summary>Initial content of static fields with references.</summary>
    PreInitializedData,

    /// <summary>Thread-static storage and its index.</summary>
    ThreadStatics,

    /// <summary>Tables that reflection, the type loader and diagnostics read; entries for new code may be missing without harm to running code.</summary>
    LookupTable,

    /// <summary>What start-up code reads once.</summary>
    StartupData,
}
