using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Native;

/// <summary>What the native comparison and the patch linker refuse or cannot read.</summary>
internal static class NativeDiagnostics
{
    private const string ShipFullBuild = "Ship the full build at the next restart.";
    private const string ShipFullBuildLower = "ship the full build at the next restart.";
    private const string ReportIt = "This ILC version is not known to be supported; ship the full build, and report the version.";

    public static readonly DiagnosticDescriptor BadMap = new(
        "HPB2331", "The map file cannot be read", "The ILC map file {0} cannot be read: {1}.",
        "Build again from clean; the map comes with IlcGenerateMapFile=true, which the package sets.", ExitCode.Refused)
        { Why = "The map tells the extents and kinds of data in the object file; without it data could be copied incompletely." };

    public static readonly DiagnosticDescriptor UnexpectedLayout = new(
        "HPB2332", "The object file is laid out in an unknown way", "The object file {0} is laid out in an unknown way: {1}.", ReportIt, ExitCode.Refused)
        { Why = "The patch is cut out of ILC's object file by the layout that is known for it. Another layout would be cut wrongly." };

    public static readonly DiagnosticDescriptor ExecutableDiffers = new(
        "HPB2333", "The executable was not linked from this object file",
        "The executable does not match the object file of its baseline record: {0}.", "Record the baseline again with HotpatchNewBaseline=true.", ExitCode.Refused)
        { Why = "Addresses of the running program come from the executable, the code from the object file. They must be of one build." };

    public static readonly DiagnosticDescriptor MissingSymbol = new(
        "HPB2334", "New code needs a native function that the baseline does not have",
        "{0} needs {1}, which is not linked into the baseline.", ShipFullBuild, ExitCode.Refused)
        { Why = "The static linker took only what the baseline needed from the native libraries." };

    public static readonly DiagnosticDescriptor AmbiguousSymbol = new(
        "HPB2335", "A native symbol has several addresses", "{0} needs {1}, and the baseline has several of that name.", ShipFullBuild, ExitCode.Refused)
        { Why = "A reference by name could lead to any of them, and only one is right." };

    public static readonly DiagnosticDescriptor UnsupportedRelocation = new(
        "HPB2336", "A relocation is not supported", "{0} holds a reference that cannot be moved: {1}.", ReportIt, ExitCode.Refused)
        { Why = "Code is moved to another address by rewriting its references. One of an unknown kind would still point to where it was relative to the old place." };

    public static readonly DiagnosticDescriptor NotPatchable = new(
        "HPB2337", "The baseline function has no patch point", "{0} cannot be redirected in the baseline: {1}.", ShipFullBuild, ExitCode.Refused)
        { Why = "A function is redirected by a jump over its entry, which must be aligned, long enough and free of branches into it." };

    public static readonly DiagnosticDescriptor TypeLayoutChanged = new(
        "HPB2310", "A type's MethodTable changed", "The MethodTable of {0} changed ({1}), and objects of it may be alive.",
        ShipFullBuild, ExitCode.Refused)
        { Why = "Objects on the heap point at the baseline's MethodTable, with its size, virtual slots and garbage collection layout. New code compiled against another table would call wrong slots or read past the object." };

    public static readonly DiagnosticDescriptor DictionaryChanged = new(
        "HPB2311", "A generic dictionary changed", "The generic dictionary of {0} would have to grow or change: new code asks for more types of a generic parameter than the baseline prepared.",
        "Call the generic method from non-generic code with concrete types, or ship the full build at the next restart.", ExitCode.Refused)
        { Why = "Shared generic code finds types and methods at fixed places of a dictionary that was laid out when the program was compiled. New code asks for a place that is not there." };

    public static readonly DiagnosticDescriptor StaticsChanged = new(
        "HPB2312", "Static fields changed", "The static fields of {0} changed ({1}), and the baseline's are in use.", ShipFullBuild, ExitCode.Refused)
        { Why = "Static fields are addressed by their offset in a block that the process already uses; the new offsets mean other fields." };

    public static readonly DiagnosticDescriptor NewThreadStatics = new(
        "HPB2314", "New thread-static fields", "New code brings thread-static fields: {0}.", ShipFullBuild, ExitCode.Refused)
        { Why = "Thread-static storage is indexed by a number that ILC gives each type, in a table that the process builds from the executable." };

    public static readonly DiagnosticDescriptor TypeNotConstructed = new(
        "HPB2315", "The baseline never makes objects of a type", "New code makes objects of {0}, and the baseline's MethodTable of it is good for casts only.",
        ShipFullBuild, ExitCode.Refused)
        { Why = "For a type that is never made, ILC emits a table without virtual slots and dispatch map. An object with that table would crash at its first virtual call." };

    public static readonly DiagnosticDescriptor NewRuntimeType = new(
        "HPB2316", "A new typeof of a baseline type", "New code asks for typeof({0}), and the baseline may have made that object already in another place.",
        "Use the generic form, or obj.GetType(), or ship the full build at the next restart.", ExitCode.Refused)
        { Why = "A RuntimeType is one object per type: code compares references. ILC places it in the frozen data of the executable, or the runtime makes it; a second one would be unequal to the first." };

    public static readonly DiagnosticDescriptor StartupDataChanged = new(
        "HPB2317", "Start-up code changed", "{0} changed, and it has been used when the process started.", ShipFullBuild, ExitCode.Refused)
        { Why = "Start-up code and the tables that it reads (module, type manager, class constructor contexts) are used once, before Main." };

    public static readonly DiagnosticDescriptor Unexplained = new(
        "HPB2318", "A difference that nothing explains", "The compiled code of {0} differs from the baseline, and no change of the sources explains it.",
        "Check that the SDK, the packages and the flags are those of the baseline; otherwise ship the full build at the next restart.", ExitCode.Refused)
        { Why = "Code may change where it depends on an edit. A difference without such a path means other tools, flags or packages, or a dependency that is not understood; both could make a wrong patch." };

    public static readonly DiagnosticDescriptor DataChanged = new(
        "HPB2319", "Data that old code uses changed", "{0} ({1}) changed, and code that is not patched goes on using the old one.", ShipFullBuild, ExitCode.Refused)
        { Why = "Functions that are not patched read the baseline's copy. Two copies of one datum with different contents would be in use at once." };

    public static readonly DiagnosticDescriptor NotMovable = new(
        "HPB2320", "New code needs data that cannot be brought along", "New code needs {0} ({1}), which cannot be brought into a running process.", ShipFullBuild, ExitCode.Refused)
        { Why = "Only kinds of data are brought along whose meaning to the runtime is known (code, literals, new types, dispatch cells). Others may be registered at startup or be unique in the process." };

    public static readonly DiagnosticDescriptor NewGenericVirtual = new(
        "HPB2323", "A new type takes part in generic virtual calls",
        "New code makes objects of {0}, on which the program calls generic virtual methods ({1}); the tables that find them are part of the baseline.", ShipFullBuild, ExitCode.Refused)
        { Why = "Generic virtual methods are looked up at run time in hash tables of the executable, by type and method. A new type is in none of them." };

    public static readonly DiagnosticDescriptor NewImplementation = new(
        "HPB2324", "A new type where the compiler has counted the types",
        "New code brings {0}, and the baseline's code may rely on having seen every type that is a {1}.",
        "Record the next baseline with HotpatchNoScan=true, and ship the full build at the next restart.", ExitCode.Refused)
        { Why = "ILC counts the types that can occur. Where there is one implementation only, calls to it are bound directly, and casts are made with that knowledge, in code that is not patched." };

    public static readonly DiagnosticDescriptor NewOverride = new(
        "HPB2326", "A new type overrides what nothing has overridden",
        "New code brings {0}, which overrides {1}; the baseline's code may rely on nobody doing so.",
        "Record the next baseline with HotpatchNoScan=true, and ship the full build at the next restart.", ExitCode.Refused)
        { Why = "Where nothing overrides a method, ILC binds calls to it directly. Such calls in code that is not patched would not reach the new override." };

    public static readonly DiagnosticDescriptor NewTypeHasNoName = new(
        "HPB2327", "A new type has no name at run time",
        "{0} is new, and the process has no metadata for it: asking for its name (GetType().Name, and so ToString() of an exception) throws, and code of a later delta does not recognise objects that this one made.",
        "Catch and handle it where it is known, or use a type that the baseline has.", ExitCode.Refused)
        { Why = "Names of types stand in the metadata blob of the executable, which is read-only and indexed at startup; a type that comes with a delta is not in it.", Severity = FailureSeverity.Warning };

    public static readonly DiagnosticDescriptor TypeNoLongerMade = new(
        "HPB2325", "A type of which objects may be alive is no longer made",
        "New code may rely on there being no object of {0}, and the baseline makes such objects.",
        "Record the next baseline with HotpatchNoScan=true, and ship the full build at the next restart.", ExitCode.Refused)
        { Why = "ILC compiled the new code in the knowledge that no object of the type exists, and folds casts and calls on it. In the running process such objects exist." };

    /// <summary>0: the field.</summary>
    public static readonly DiagnosticDescriptor StaticStartsAnew = new(
        "HPB2342", "An added field starts anew with the next delta",
        "{0} is a new field that holds objects: the next delta has a {0} of its own, with its first value, because it does not know the types of this one's objects.",
        "Let nothing depend on its value beyond the next delta; values without references, and strings, are kept.", ExitCode.Refused)
        { Why = "Every delta brings the types that the baseline does not have, and code of one delta does not recognise objects of the other's. Values that hold no such object are handed on.", Severity = FailureSeverity.Warning };

    public static readonly DiagnosticDescriptor NoStaticBlocks = new(
        "HPB2345", "The baseline reserves no room for static fields", "New code brings static fields of {0} that hold references, and the baseline reserves no room for such fields.",
        "Keep the object in an existing field; the next baseline has room when it is recorded with this version of HotpatchBuild and without HotpatchStaticBlocks=false and HotpatchRootAssembly=false.",
        ExitCode.Refused)
        { Why = "Objects that static fields refer to must be known to the garbage collector. It knows what the process allocated when it started, and a baseline of this version allocates room for such fields, which nothing uses until a delta does." };

    public static readonly DiagnosticDescriptor MixedStatics = new(
        "HPB2346", "New static fields that mix references and values", "A new static field of {0} is a struct that holds references and other values side by side, which the room that the baseline reserves cannot hold.",
        "Make it a field of a class type, or ship the full build at the next restart.", ExitCode.Refused)
        { Why = "Each word of the reserved room is a reference to the garbage collector. A number there would be followed as one." };

    public static readonly DiagnosticDescriptor ManyStatics = new(
        "HPB2347", "Too many new static fields", "{0} has {1} new static fields that hold references, and the baseline reserves room for {2} of one type.",
        "Divide the fields among several classes, or ship the full build at the next restart.", ExitCode.Refused)
        { Why = "The static fields of one type lie in one object, and the largest one that the baseline allocates for deltas has room for so many." };

    public static readonly DiagnosticDescriptor FrozenObjectNotMovable = new(
        "HPB2348", "A prepared object cannot be brought along", "New code needs an object that the compiler prepared ({0}), which cannot be brought into a running process: {1}.",
        ShipFullBuild, ExitCode.Refused)
        { Why = "The object would need a MethodTable with virtual slots, and the one in the process has none." };

    /// <summary>0: exit code, 1: its last words.</summary>
    public static readonly DiagnosticDescriptor SyntheticCompilationFailed = new(
        "HPB2340", "ILC failed on the synthetic program", "ILC ended with {0} when it compiled the new code beside the baseline's types: {1}.",
        "The folder synthetic/ beside the build's other intermediate files has its input; " + ShipFullBuildLower, ExitCode.Refused)
        { Why = "Where an edit would change types of the baseline, the new code is compiled in assemblies of its own beside the baseline's, which takes a second run of ILC." };

    /// <summary>0: why.</summary>
    public static readonly DiagnosticDescriptor SyntheticNotPossible = new(
        "HPB2341", "The new code could not be tried beside the baseline's types",
        "What is refused here might have been patched with the new code beside the baseline's types, but that could not be tried: {0}", ShipFullBuild, ExitCode.Refused)
        { Why = "The second run of ILC needs the command line, references and assemblies of the baseline's build.", Severity = FailureSeverity.Warning };

    public static readonly DiagnosticDescriptor AssemblyAdded = new(
        "HPB2321", "An assembly was added to the program", "The assembly {0} is not part of the baseline.", ShipFullBuild, ExitCode.Refused)
        { Why = "The code of an assembly and its start-up data are linked into the executable; a new one has none of them." };

    public static readonly DiagnosticDescriptor AssemblyRemoved = new(
        "HPB2322", "An assembly was removed from the program", "The assembly {0} of the baseline is gone.", ShipFullBuild, ExitCode.Refused)
        { Why = "Code of the old assembly may be active, and what else depended on it cannot be told." };
}
