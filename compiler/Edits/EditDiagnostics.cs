using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Every refusal and warning about an edit. {0} is the element, {1} what exactly. Sub-ranges: 1000 the assembly and its types,
/// 1100 members, 1200 static state and what has run, 1300 what the compiler generates.</summary>
internal static class EditDiagnostics
{
    private const string Restart = "Ship the full build at the next restart.";

    // 1000: the input
    /// <summary>HPB1001: Assembly cannot be read.</summary>
    public static readonly DiagnosticDescriptor UnreadableAssembly = Refuse("HPB1001", "Assembly cannot be read",
        "The {0} assembly cannot be read: {1}.", "Build that revision again.",
        "Edits are found by comparing the metadata and IL of both revisions; a file that is no complete assembly has neither.");
    /// <summary>HPB1002: No symbols.</summary>
    public static readonly DiagnosticDescriptor NoSymbols = Warn("HPB1002", "No symbols",
        "The {0} assembly has no portable symbols that belong to it, so edits have no source lines.", "Build with DebugType 'portable' or 'embedded'.",
        "Source lines are read from the portable PDB (its id must be the one that the assembly names). Without it the comparison is the same, and nothing can name a line.");
    /// <summary>HPB1003: Not the same assembly.</summary>
    public static readonly DiagnosticDescriptor OtherAssembly = Refuse("HPB1003", "Not the same assembly",
        "The baseline is assembly '{0}', the new revision is '{1}'.", "Compare two revisions of one project; after a rename start a new baseline.",
        "A delta is bound to the identity of one assembly. Types of two assemblies are different types to the runtime, whatever their names.");
    /// <summary>HPB1004: Output kind changed.</summary>
    public static readonly DiagnosticDescriptor OutputKind = Refuse("HPB1004", "Output kind changed",
        "{0} was {1} in the baseline.", Restart,
        "Whether an assembly is a program or a library settles its entry point and how the process was started, and both have happened already.");

    // 1010: types
    /// <summary>HPB1010: Instance field added.</summary>
    public static readonly DiagnosticDescriptor InstanceFieldAdded = Refuse("HPB1010", "Instance field added",
        "{0} is a new instance field: objects that exist already have no room for it.", "Keep the value beside the object (a ConditionalWeakTable in a new class), or ship the full build at the next restart.",
        "An object's size is fixed when it is allocated, and compiled code reads fields by their offset. Objects made before the patch end where the new field would begin.");
    /// <summary>HPB1011: Instance field removed.</summary>
    public static readonly DiagnosticDescriptor InstanceFieldRemoved = Refuse("HPB1011", "Instance field removed",
        "The instance field {0} is gone: the other fields of objects that exist already would be read at the wrong place.", "Keep the field, unused, until the next restart.",
        "Compiled code reads fields by their offset, and without the field those behind it get smaller offsets than the objects on the heap have.");
    /// <summary>HPB1012: Field type changed.</summary>
    public static readonly DiagnosticDescriptor FieldTypeChanged = Refuse("HPB1012", "Field type changed",
        "{0} has another type ({1}): what is stored already has the old one.", Restart,
        "The bits that are stored keep the old type's form. Read as another type they are another value, or to the garbage collector a reference that is none.");
    /// <summary>HPB1013: Instance fields reordered.</summary>
    public static readonly DiagnosticDescriptor FieldsReordered = Refuse("HPB1013", "Instance fields reordered",
        "The instance fields of {0} are in another order ({1}): objects that exist already have the old one.", "Restore the order of the fields.",
        "The layout of a class or struct follows the order of its fields, and compiled code reads fields by offset. New code would read one field of an old object for another.");
    /// <summary>HPB1014: Base class changed.</summary>
    public static readonly DiagnosticDescriptor BaseTypeChanged = Refuse("HPB1014", "Base class changed",
        "{0} has another base class ({1}): objects that exist already keep the old one.", Restart,
        "An object names its type by a pointer to a MethodTable, which holds the base class, its fields and its virtual slots. Objects on the heap go on pointing at the old one.");
    /// <summary>HPB1015: Interface list changed.</summary>
    public static readonly DiagnosticDescriptor InterfacesChanged = Refuse("HPB1015", "Interface list changed",
        "The interfaces of {0} changed ({1}): its objects and the casts compiled already know the old list.", Restart,
        "Casts and interface calls are answered from the interface map in the object's MethodTable, and their results are cached at call sites; neither changes for a type that is loaded.");
    /// <summary>HPB1016: Layout changed.</summary>
    public static readonly DiagnosticDescriptor LayoutChanged = Refuse("HPB1016", "Layout changed",
        "The memory layout of {0} changed ({1}).", Restart,
        "Size, packing or field offsets are compiled into all code that touches the type, and existing values lie in memory as the old layout has it.");
    /// <summary>HPB1017: Generic parameters changed.</summary>
    public static readonly DiagnosticDescriptor GenericParametersChanged = Refuse("HPB1017", "Generic parameters changed",
        "The constraints or variance of {0} changed ({1}): code shared by its instantiations was compiled for the old ones.", Restart,
        "Instantiations over reference types share one body, compiled under the old constraints; casts that the variance decides have been answered and cached.");
    /// <summary>HPB1018: Type modifiers changed.</summary>
    public static readonly DiagnosticDescriptor TypeModifiersChanged = Refuse("HPB1018", "Type modifiers changed",
        "{0} changed from {1}: calls compiled already rely on it.", "Restore the modifiers, or ship the full build at the next restart.",
        "The compilers draw on sealed, abstract and static: calls are bound directly, casts become a comparison of two pointers. Such code exists for the old modifiers.");
    /// <summary>HPB1019: Underlying type of an enum changed.</summary>
    public static readonly DiagnosticDescriptor EnumTypeChanged = Refuse("HPB1019", "Underlying type of an enum changed",
        "The underlying type of {0} changed ({1}): stored values have the old size.", Restart,
        "Arrays, fields and boxed values of the enum have the old size, and code of the new size would read past them or only a part.");
    /// <summary>HPB1020: Visible type removed.</summary>
    public static readonly DiagnosticDescriptor VisibleTypeRemoved = Refuse("HPB1020", "Visible type removed",
        "{0} is gone, but code outside of this assembly can use it.", "Keep the type until the next restart.",
        "Assemblies that are not part of the delta are bound to the type by name, and their code keeps using it.");

    // 1040: the assembly
    /// <summary>HPB1040: Embedded resource changed.</summary>
    public static readonly DiagnosticDescriptor ResourceChanged = Refuse("HPB1040", "Embedded resource changed",
        "The embedded resource '{0}' was {1}: the running process reads the one it was started with.", "Move the data into code, or ship the full build at the next restart.",
        "Resources are read from the assembly file that the process has mapped. A delta brings code and its literals, not resources.");
    /// <summary>HPB1041: Embedded resource removed.</summary>
    public static readonly DiagnosticDescriptor ResourceRemoved = Warn("HPB1041", "Embedded resource removed",
        "The embedded resource '{0}' is gone; the running process keeps it.", "Nothing has to be done.",
        "The process goes on reading resources from the assembly that it was started with, so what is removed there is still found.");
    /// <summary>HPB1042: Reference to an assembly added.</summary>
    public static readonly DiagnosticDescriptor ReferenceAdded = Refuse("HPB1042", "Reference to an assembly added",
        "'{0}' is referenced for the first time: the running process never initialised it.", Restart,
        "The process was deployed without that assembly and may not find it. In a native program there is none of its code at all, and its module was never initialised.");
    /// <summary>HPB1043: Target framework changed.</summary>
    public static readonly DiagnosticDescriptor FrameworkChanged = Refuse("HPB1043", "Target framework changed",
        "The reference to '{0}' changed its version ({1}): the new revision is compiled for another framework.", "Build the fix for the baseline's target framework.",
        "New code that is compiled against another framework version may call what the running framework does not have.");
    /// <summary>HPB1044: Version of a reference changed.</summary>
    public static readonly DiagnosticDescriptor ReferenceVersionChanged = Warn("HPB1044", "Version of a reference changed",
        "The reference to '{0}' changed its version ({1}); this comparison does not see what changed inside of it.", "Keep package versions unchanged in a fix where you can.",
        "Packages are compared by their own assemblies, not by the version that a reference names.");
    /// <summary>HPB1045: Attributes changed.</summary>
    public static readonly DiagnosticDescriptor AttributeChanged = Warn("HPB1045", "Attributes changed",
        "The attributes of {0} changed ({1}): reflection in the running process sees the old ones.", "Check that nothing reads them at run time; otherwise ship the full build at the next restart.",
        "Attributes are metadata of the baseline's assembly. Reflection reads them there, and frameworks often read them once, at startup.");
    /// <summary>HPB1046: Type forwards changed.</summary>
    public static readonly DiagnosticDescriptor TypeForwardsChanged = Refuse("HPB1046", "Type forwards changed",
        "The types that {0} forwards to other assemblies changed ({1}).", Restart,
        "Type forwards are resolved when an assembly is bound, and the result is cached for as long as the process runs.");

    // 1100: methods
    /// <summary>HPB1101: Visible member removed or changed its signature.</summary>
    public static readonly DiagnosticDescriptor VisibleMemberRemoved = Refuse("HPB1101", "Visible member removed or changed its signature",
        "{0} is gone or has another signature, but code outside of this assembly can use it.", "Add an overload and keep the old member until the next restart.",
        "Assemblies that are not part of the delta are bound to the member by name and signature. Their calls would lead to code that is gone, or stay in the old one.");
    /// <summary>HPB1102: Virtual member added.</summary>
    public static readonly DiagnosticDescriptor VirtualAdded = Refuse("HPB1102", "Virtual member added",
        "{0} is a new virtual member: the method tables of the running process have no slot for it.", "Make it non-virtual, or ship the full build at the next restart.",
        "A virtual call goes through a slot of the object's MethodTable. The number of slots is fixed when the type is loaded, and derived types have theirs behind it.");
    /// <summary>HPB1103: Virtual member removed.</summary>
    public static readonly DiagnosticDescriptor VirtualRemoved = Refuse("HPB1103", "Virtual member removed",
        "The virtual member {0} is gone: the slots behind it would move.", "Keep the member until the next restart.",
        "Slots are numbered in the order of declaration. Code compiled from the new revision would call the slots behind the removed one by numbers that the running MethodTables do not have.");
    /// <summary>HPB1104: Override added.</summary>
    public static readonly DiagnosticDescriptor OverrideAdded = Refuse("HPB1104", "Override added",
        "{0} is a new override: the method tables of the running process lead to the inherited member.", "Move the new behaviour into the inherited member (test the type there), or ship the full build at the next restart.",
        "The MethodTables of the class and of those derived from it hold the inherited member's address in that slot, and the compilers may have bound calls directly to it.");
    /// <summary>HPB1105: Override removed.</summary>
    public static readonly DiagnosticDescriptor OverrideRemoved = Refuse("HPB1105", "Override removed",
        "The override {0} is gone: the method tables of the running process lead to it.", "Keep the override and let it call the base member.",
        "The slot leads to the override, and old code that was inlined or bound directly calls it without asking.");
    /// <summary>HPB1106: Interface member added or removed.</summary>
    public static readonly DiagnosticDescriptor InterfaceMemberChanged = Refuse("HPB1106", "Interface member added or removed",
        "The interface member {0} was {1}: the dispatch of the running process is made for the old interface.", "Put the member into a new interface on a new type, or ship the full build at the next restart.",
        "Every implementing class has a map from interface slots to methods that was built when it was loaded. A new slot is in none of them, and a class outside of the delta may implement the interface.");
    /// <summary>HPB1107: Method modifiers changed.</summary>
    public static readonly DiagnosticDescriptor MethodModifiersChanged = Refuse("HPB1107", "Method modifiers changed",
        "{0} changed from {1}: calls compiled already rely on it.", "Restore the modifiers, or ship the full build at the next restart.",
        "Static, instance, virtual and abstract methods are called in different ways: with or without an object, through a slot or directly. Callers compiled before use the old way.");
    /// <summary>HPB1109: P/Invoke changed.</summary>
    public static readonly DiagnosticDescriptor ImportChanged = Refuse("HPB1109", "P/Invoke changed",
        "The import of {0} changed ({1}): the old entry point may be bound already.", "Declare the new import under another name and call that.",
        "The runtime looks a native function up at its first call and keeps the address and the marshalling stub; a changed declaration is not looked up again.");
    /// <summary>HPB1110: Explicit implementations changed.</summary>
    public static readonly DiagnosticDescriptor OverridesChanged = Refuse("HPB1110", "Explicit implementations changed",
        "{0} implements other members than before ({1}).", Restart,
        "Which method implements an interface or base member is part of the type's dispatch map, built when the type is loaded.");
    /// <summary>HPB1120: Visible constant changed.</summary>
    public static readonly DiagnosticDescriptor VisibleConstantChanged = Refuse("HPB1120", "Visible constant changed",
        "{0} changed its value ({1}), but other assemblies have compiled the old one into their code.", "Rebuild everything that uses it and ship the full build at the next restart.",
        "The compiler puts a constant's value into the code that uses it. Assemblies outside of the delta hold the old value as a literal that nothing leads back to the constant.");
    /// <summary>HPB1121: Constant changed.</summary>
    public static readonly DiagnosticDescriptor ConstantChanged = Warn("HPB1121", "Constant changed",
        "{0} changed its value ({1}): all code that uses it is patched, data computed from the old value stays.", "Check that nothing stored depends on the old value.",
        "The compiler puts a constant's value into the code that uses it, so every method that uses it is itself changed and patched. What was computed and stored before stays as it is.");
    /// <summary>HPB1122: Enum value changed.</summary>
    public static readonly DiagnosticDescriptor EnumValueChanged = Refuse("HPB1122", "Enum value changed",
        "{0} changed its value ({1}): stored values would change their meaning.", "Give the member its old value and add a new member for the new one.",
        "Fields, files and databases hold the number and not the name. With another number for the name, stored values mean something else, and no code can tell old ones from new ones.");
    /// <summary>HPB1123: Enum member added or removed.</summary>
    public static readonly DiagnosticDescriptor EnumNamesChanged = Warn("HPB1123", "Enum member added or removed",
        "{0} was {1}: ToString, Parse and GetNames in the running process may know the old members only.", "Check that nothing prints or parses the member by name before the next restart.",
        "Names of enum members are metadata of the baseline's type. Enum.ToString, Parse and GetNames read them there and cache them.");
    /// <summary>HPB1124: Default value of a visible parameter changed.</summary>
    public static readonly DiagnosticDescriptor VisibleDefaultChanged = Refuse("HPB1124", "Default value of a visible parameter changed",
        "A default value of {0} changed ({1}), but callers in other assemblies have the old one compiled in.", "Add an overload with the new default value.",
        "The caller passes the default value: the compiler writes it into every call that leaves the argument out. Calls in assemblies outside of the delta pass the old one.");
    /// <summary>HPB1150: Constructor or field initialiser changed.</summary>
    public static readonly DiagnosticDescriptor ConstructorChanged = Warn("HPB1150", "Constructor or field initialiser changed",
        "{0} changed: objects that exist already keep what the old one gave them.", "Check that the fix does not depend on objects made before.",
        "Constructors and field initialisers run once for an object. Those that exist have run theirs.");
    /// <summary>HPB1151: Loop that may never end.</summary>
    public static readonly DiagnosticDescriptor MayNeverReturn = Warn("HPB1151", "Loop that may never end",
        "{0} has a loop without an end of its own: a call that is in it stays in the old code until it returns.", "Move the loop's body into a method of its own (the fix then takes effect in the next round), or restart.",
        "A patch takes effect at the next call. A frame that is on a stack runs the code that it was entered with until it returns.");
    /// <summary>HPB1152: Hash code or order changed.</summary>
    public static readonly DiagnosticDescriptor KeysChanged = Warn("HPB1152", "Hash code or order changed",
        "{0} changed: hash tables and sorted collections of the running process that hold such objects were filled with what the old one gave, and do not find them any more.",
        "Check that no such collection outlives the patch, or fill it again.",
        "A hash table keeps the hash code that a key had when it was added, and a sorted collection the order of that time. A record's hash code changes with every field that it gains.");

    // 1200: static state
    /// <summary>HPB1201: Static constructor or initialiser changed.</summary>
    public static readonly DiagnosticDescriptor StaticInitialiserChanged = Refuse("HPB1201", "Static constructor or initialiser changed",
        "{0} changed ({1}), but it may have run already and will not run again.", "Set the new value where it is used, or ship the full build at the next restart.",
        "The runtime runs a type's static constructor at most once in a process, before the first use. Values of static readonly fields are compiled into code as well once they are set (CoreCLR from tier 1 on; ILC when it runs the initialiser while compiling).");
    /// <summary>HPB1202: Static constructor or initialiser added.</summary>
    public static readonly DiagnosticDescriptor StaticConstructorAdded = Refuse("HPB1202", "Static constructor or initialiser added",
        "{0} is new ({1}): the type is in use already, and it would not run.", "Initialise the value where it is first used, or ship the full build at the next restart.",
        "The runtime has noted that the type needs no initialisation, and code compiled before accesses its static fields without a check.");
    /// <summary>HPB1203: Static constructor or initialiser removed.</summary>
    public static readonly DiagnosticDescriptor StaticConstructorRemoved = Refuse("HPB1203", "Static constructor or initialiser removed",
        "{0} is gone ({1}): whether it has run already cannot be known.", "Keep it until the next restart.",
        "Code compiled before may trigger the old static constructor or rely on what it sets. Whether it has run differs from process to process.");
    /// <summary>HPB1204: Static field added.</summary>
    public static readonly DiagnosticDescriptor StaticFieldAdded = Refuse("HPB1204", "Static field added",
        "{0} is a new static field: the running process has no storage for it.", "Keep the value in a field that exists already, or ship the full build at the next restart.",
        "Static fields lie in a block whose size is settled when the type is loaded (CoreCLR) or when the program is linked (native).");
    /// <summary>HPB1205: Static field with references added.</summary>
    public static readonly DiagnosticDescriptor StaticReferenceAdded = Refuse("HPB1205", "Static field with references added",
        "{0} is a new static field that the garbage collector has to know: the running process has no storage for it.", "Keep the object in a field that exists already, or ship the full build at the next restart.",
        "The garbage collector finds references through the blocks of static fields that it was told of. A reference anywhere else is not seen, and its object would be collected while in use.");
    /// <summary>HPB1206: Thread-static field added or changed.</summary>
    public static readonly DiagnosticDescriptor ThreadStaticChanged = Refuse("HPB1206", "Thread-static field added or changed",
        "{0} is a thread-static field that was {1}: the threads of the running process have no storage for it.", "Use an AsyncLocal or a dictionary that exists already, or ship the full build at the next restart.",
        "Thread-static fields lie in a block that every thread allocates with the size known then. Threads that exist have no room for another field.");
    /// <summary>HPB1207: Static fields moved.</summary>
    public static readonly DiagnosticDescriptor StaticFieldsMoved = Refuse("HPB1207", "Static fields moved",
        "The static fields of {0} are in another order ({1}): their values are stored in the old one.", "Restore the order; keep a removed field, unused, until the next restart.",
        "Code reads static fields by their offset in the type's block. The values that the process has stored lie at the old offsets.");
    /// <summary>HPB1209: New type with a static field.</summary>
    public static readonly DiagnosticDescriptor NewTypeHasStatic = Refuse("HPB1209", "New type with a static field",
        "{0} is a static field of a new type: the running process has no storage for it.", "Pass the value as an argument or make it a constant, or ship the full build at the next restart.",
        "The storage of static fields is laid out when the program is linked. A type that comes with a delta has none there.");
    /// <summary>HPB1210: New type with a static field with references.</summary>
    public static readonly DiagnosticDescriptor NewTypeHasStaticReference = Refuse("HPB1210", "New type with a static field with references",
        "{0} is a static field of a new type that the garbage collector has to know: the running process has no storage for it.", "Pass the object as an argument, or ship the full build at the next restart.",
        "The garbage collector finds references through the blocks of static fields that it was told of at startup. A type that comes with a delta has none there.");
    /// <summary>HPB1211: Static field written for the first time.</summary>
    public static readonly DiagnosticDescriptor StaticFirstWritten = Refuse("HPB1211", "Static field written for the first time",
        "{0} is written for the first time: the compiler may have put its old value into code and read-only data.", "Build the baseline without pre-initialised statics, or ship the full build at the next restart.",
        "ILC runs simple static initialisers while it compiles. A field that nothing wrote afterwards is a constant to it: its value stands in code that the patch does not touch, and its memory can be read-only.");
    /// <summary>HPB1212: Module initialiser changed.</summary>
    public static readonly DiagnosticDescriptor ModuleInitialiserChanged = Refuse("HPB1212", "Module initialiser changed",
        "The module initialiser {0} was {1}, but it runs only when the program starts.", Restart,
        "Module initialisers run when the module is loaded, before any other of its code, and never again.");
    /// <summary>HPB1213: Start of the program changed.</summary>
    public static readonly DiagnosticDescriptor EntryPointChanged = Refuse("HPB1213", "Start of the program changed",
        "{0} is the program's entry point and was {1}: it is running and will not be called again.", "Move the changed statements into a method that is called while the program runs, or ship the full build at the next restart.",
        "The entry point has one call, by the host, which lasts as long as the process. New code in it would never be entered.");
    /// <summary>HPB1214: A static initialiser calls changed code.</summary>
    public static readonly DiagnosticDescriptor InitialiserCallsChanged = Warn("HPB1214", "A static initialiser calls changed code",
        "{0} calls {1}, which changed: what it computed when it ran stays.", "Check that the static fields' values do not depend on the fix.",
        "The patched method is right from the next call on. What its old version computed while the static constructor ran lies in static fields, and may be compiled into code where those are readonly.");
    /// <summary>HPB1215: Mapped data changed.</summary>
    public static readonly DiagnosticDescriptor FieldDataChanged = Refuse("HPB1215", "Mapped data changed",
        "The bytes behind {0} changed: the running process has the old ones mapped.", Restart,
        "The bytes are part of the module's mapped image. Code that was compiled before reads or has copied them, and spans point directly at them.");

    // 1300: generated elements
    /// <summary>HPB1301: Captured variables changed.</summary>
    public static readonly DiagnosticDescriptor CapturesChanged = Refuse("HPB1301", "Captured variables changed",
        "Lambdas or local functions in {0} {1}: delegates made before hold the old set of captured variables.", "Capture the same variables as before (put the new value into one of them, or into a new method's parameter).",
        "Captured variables are fields of a closure object that the compiler generates. A delegate made before holds an object with the old fields.");
    /// <summary>HPB1302: Lambda or method group with a new cached delegate.</summary>
    public static readonly DiagnosticDescriptor CachedDelegateAdded = Refuse("HPB1302", "Lambda or method group with a new cached delegate",
        "{0} is new and needs a static field: the running process has no storage for it.", "Write the loop out, or let the lambda capture a local variable (its delegate is then not cached).",
        "The compiler keeps the delegate of a lambda without captures in a static field, so that it is made only once; a new lambda needs a new field.");
    /// <summary>HPB1303: Cached delegates moved.</summary>
    public static readonly DiagnosticDescriptor CachedDelegatesMoved = Refuse("HPB1303", "Cached delegates moved",
        "{0} are stored in another order ({1}): delegates cached already would be taken for others.", "Keep lambdas that are not used any more until the next restart, or ship the full build then.",
        "Cached delegates lie in static fields of one generated class, numbered in the order of the lambdas. Read at a moved place, one lambda would be called for another.");
    /// <summary>HPB1304: Suspension points changed.</summary>
    public static readonly DiagnosticDescriptor AwaitsChanged = Refuse("HPB1304", "Suspension points changed",
        "The suspension points of {0} changed: {1}. Calls that are in flight could not go on.", "Put the new await or yield into a new method and leave those of this one as they are.",
        "A waiting call keeps the number of the await or yield at which it goes on. With others added or removed the same number stands for another place.");
    /// <summary>HPB1305: Variables that live across a suspension point changed.</summary>
    public static readonly DiagnosticDescriptor HoistedChanged = Refuse("HPB1305", "Variables that live across a suspension point changed",
        "What {0} keeps across its suspension points changed: its state {1}. Calls that are in flight have the old one.", "Move the new code into a new method, so that its variables do not live across an await or yield here.",
        "Variables that live across an await or yield are fields of the state machine object. Calls in flight hold an object with the old fields.");
    /// <summary>HPB1306: Calls in flight finish with the old code.</summary>
    public static readonly DiagnosticDescriptor NewTypeStandsBeside = Warn("HPB1306", "Calls in flight finish with the old code",
        "What {0} captures or keeps changed ({1}): calls and delegates from before the patch finish with the old code.", "Nothing has to be done; see how long such calls can last.",
        "The new revision has a generated class of its own beside the old one. Objects of the old class go on with the code they were made for.");
    /// <summary>HPB1308: Delegates made before keep the old code.</summary>
    public static readonly DiagnosticDescriptor LambdaReplaced = Warn("HPB1308", "Delegates made before keep the old code",
        "A {0} has no counterpart in the new revision: delegates made before the patch keep running the old code.", "Check that no such delegate is stored (event handlers, routes, caches).",
        "A delegate holds the address of its method. Where the new revision has no method for the same lambda, nothing can be put there, and the old code stays right for what it was made for.");
    /// <summary>HPB1309: Calls in flight go on in the new code.</summary>
    public static readonly DiagnosticDescriptor InFlightContinues = Warn("HPB1309", "Calls in flight go on in the new code",
        "{0} suspends: calls that are in flight go on in the new code behind the await or yield at which they wait.", "Check that the code behind each await or yield is right for calls that began before the patch.",
        "State machine and suspension points are unchanged, so calls in flight fit the new code, and the resumption enters it. What ran before the suspension was the old code.");

    // 1310: what only an engine meets whose process keeps its types (CoreCLR)
    /// <summary>HPB1310: Read-only static field written.</summary>
    public static readonly DiagnosticDescriptor ReadOnlyWritten = Refuse("HPB1310", "Read-only static field written",
        "{0} was read-only and is now written: code compiled before has its old value in it.", "Put the value that changes into a new static field, or ship the full build at the next restart.",
        "The just-in-time compiler puts the value of an initialised static readonly field into optimised code as a constant. Code that is not patched would never see what is written now.");
    /// <summary>HPB1311: Lambda in code that has run.</summary>
    public static readonly DiagnosticDescriptor RunOnceCaptures = Refuse("HPB1311", "Lambda in code that has run",
        "Lambdas or local functions in {0} {1}, and {0} runs only once: the delegates that it made keep the old code for good.", "Capture the same variables as before (a new method or an added static field can give the new value), or ship the full build at the next restart.",
        "Code that runs once has made its delegates and stored them. They hold closure objects of the old form, and no new call will replace them.");
    /// <summary>HPB1312: Called only when the program starts.</summary>
    public static readonly DiagnosticDescriptor CalledOnlyAtStart = Warn("HPB1312", "Called only when the program starts",
        "{0} is called by {1} only, which runs once: where that call was made before the patch, the change has no effect.", "Ship the full build at the next restart if the change matters before it.",
        "A patch takes effect at the next call of the method, and the only caller runs at the start of the program.");
    /// <summary>HPB1313: Calls that wait finish with the old code.</summary>
    public static readonly DiagnosticDescriptor InFlightFinishesOld = Warn("HPB1313", "Calls that wait finish with the old code",
        "{0} suspends: calls that began before the patch finish with the old code, calls from then on run the new code.", "Nothing has to be done; see how long such calls can last.",
        "The new code has a state machine of its own, since an optimised one cannot be changed under a waiting call. Calls that wait hold the old one.");
    /// <summary>HPB1314: Loop with an await that may never end.</summary>
    public static readonly DiagnosticDescriptor SuspendedLoop = Warn("HPB1314", "Loop with an await that may never end",
        "{0} suspends in a loop that may run as long as the process: a call that is in it stays in the old loop for good, only new calls run the new code.", "Make the fix in a method that the loop calls (it takes effect in the next round), or restart.",
        "A call that waits goes on in the state machine that it began with, and this loop has no end at which it would be called anew.");
    /// <summary>HPB1317: Members that reflection does not find.</summary>
    public static readonly DiagnosticDescriptor UnseenMembers = Warn("HPB1317", "Members that reflection does not find",
        "{0} has new members ({1}): new code calls them, but serialisers, model binding, routing and all other reflection in the running process do not find them.", "Check that nothing is to find them by name before the next restart.",
        "The runtime's metadata of a loaded type does not change. New members live in the patch assembly, where only code of the delta looks for them.");
    /// <summary>HPB1318: Type that nothing uses.</summary>
    public static readonly DiagnosticDescriptor UnusedType = Warn("HPB1318", "Type that nothing uses",
        "{0} is new, and no code of the delta uses it: frameworks that look for types when the program starts have done so.", "Register it where code runs that is called again, or ship the full build at the next restart.",
        "Types of a delta are in an assembly of their own that is loaded with it. Scans for types (dependency injection, plug-ins, controllers) that run at startup do not see it.");
    /// <summary>HPB1319: Lambdas that cannot be told apart.</summary>
    public static readonly DiagnosticDescriptor AmbiguousLambdas = Refuse("HPB1319", "Lambdas that cannot be told apart",
        "{0} has lambdas or local functions that changed and cannot be told apart ({1}): a delegate made before could get another one's new code.", "Change one of them at a time, or give each a body of one call to a method with a name and change that.",
        "A stored delegate is led to the new body of the same lambda. With several equal candidates there is no telling which one is meant, and a wrong one would run silently.");
    /// <summary>HPB1320: Synchronised method changed.</summary>
    public static readonly DiagnosticDescriptor SynchronizedChanged = Refuse("HPB1320", "Synchronised method changed",
        "{0} is {1} synchronised: whether the runtime locks around it was settled when it was loaded.", "Write lock (...) inside the method instead.",
        "The lock of a synchronised method is taken by the runtime around the call and is not part of its IL; replacing the IL does not add or remove it.");

    // 1330: instance fields that are kept beside the objects (CoreCLR)
    /// <summary>HPB1330: First value of an added field.</summary>
    public static readonly DiagnosticDescriptor FirstValueUnknown = Refuse("HPB1330", "First value of an added field",
        "{0} is a new instance field, and {1}: objects that exist already would not have its value.", "Give it an initialiser that is a constant or makes a new object, or make it nullable, or ship the full build at the next restart.",
        "Constructors of objects that exist have run. What an initialiser takes from a constructor's arguments, or does besides, cannot be made up for later.");
    /// <summary>HPB1331: Added field that objects from before do not have.</summary>
    public static readonly DiagnosticDescriptor FirstValueIsNull = Warn("HPB1331", "Added field that is null in objects from before",
        "{0} is a new instance field, and {1}: in objects that exist already it is null until new code sets it.", "Check that null means the right thing for them.",
        "Constructors of objects that exist have run, and the value that the new one gives is not known for them. Null is a value of the field's type that new code has to expect.");
    /// <summary>HPB1332: Field that reflection does not find.</summary>
    public static readonly DiagnosticDescriptor UnseenField = Warn("HPB1332", "Field that reflection does not find",
        "{0} is a new instance field of an existing type ({1}): new code uses it, but serialisers and all other reflection in the running process do not find it.", "Check that nothing is to find it before the next restart.",
        "The value lies in a table beside the object. The runtime's metadata of a loaded type does not change, so reflection sees the fields of the baseline.");
    /// <summary>HPB1333: Instance field replaced.</summary>
    public static readonly DiagnosticDescriptor FieldReplaced = Refuse("HPB1333", "Instance field replaced",
        "{0} is gone and {1} is new: whether one takes the other's place, and its values, cannot be known.", "Keep the old field under its name until the next restart.",
        "Objects that exist hold their state in the old field. A new field begins with its first value, so the state would seem lost.");
    /// <summary>HPB1334: Removed members that reflection finds.</summary>
    public static readonly DiagnosticDescriptor StillSeen = Warn("HPB1334", "Removed member that reflection still finds",
        "{0} is gone, but the running process keeps it: serialisers and all other reflection still find it.", "Check that nothing is to miss it before the next restart.",
        "The runtime's metadata of a loaded type does not change.");
    /// <summary>HPB1336: Removed field that constructors set.</summary>
    public static readonly DiagnosticDescriptor RemovedFieldIsSet = Refuse("HPB1336", "Removed field that constructors set",
        "{0} is gone, and constructors gave it its value: objects made while the delta is in force would lack it after a rollback.", "Keep the field and its initialiser, unused, until the next restart.",
        "New constructors no longer set it, and after a rollback old code reads it in objects that they made.");

    // 1350: transition code
    /// <summary>HPB1350: Transition code of a wrong form.</summary>
    public static readonly DiagnosticDescriptor TransitionForm = Refuse("HPB1350", "Transition code of a wrong form",
        "{0} is marked to run at the switch, and it {1}.", "Make it a static method without parameters and type parameters that returns void, or for a precondition bool or string.",
        "The code runs once at the switch, on no object and for nobody who could pass arguments; what a precondition returns is its veto.");
    /// <summary>HPB1351: Two methods of transition code with one identity.</summary>
    public static readonly DiagnosticDescriptor TransitionTwice = Refuse("HPB1351", "Two methods of transition code with one identity",
        "{0} is marked to run at the switch under the identity '{1}', and so is another method.", "Give each an identity of its own.",
        "Deltas are cumulative: by its identity it is known which transition code has run in a process, and it is not run again by the next delta.");
    /// <summary>HPB1352: Transition code for a native program.</summary>
    public static readonly DiagnosticDescriptor TransitionNotRun = Refuse("HPB1352", "Transition code for a native program",
        "{0} is marked to run at the switch, which only the managed engine does: a NativeAOT process has no thread that could run it.",
        "Repair the data in changed code where it is used, or ship the full build at the next restart.",
        "Managed code needs a thread of the runtime. The native engine changes a process from outside, while its threads are stopped, and has none in it.");

    /// <summary>All of them, for documentation and tests.</summary>
    public static IReadOnlyList<DiagnosticDescriptor> All { get; } =
        [UnreadableAssembly, NoSymbols, OtherAssembly, OutputKind, InstanceFieldAdded, InstanceFieldRemoved, FieldTypeChanged, FieldsReordered,
            BaseTypeChanged, InterfacesChanged, LayoutChanged, GenericParametersChanged, TypeModifiersChanged, EnumTypeChanged, VisibleTypeRemoved,
            ResourceChanged, ResourceRemoved, ReferenceAdded, FrameworkChanged, ReferenceVersionChanged, AttributeChanged, TypeForwardsChanged,
            VisibleMemberRemoved, VirtualAdded, VirtualRemoved, OverrideAdded, OverrideRemoved, InterfaceMemberChanged, MethodModifiersChanged,
            ImportChanged, OverridesChanged, VisibleConstantChanged, ConstantChanged, EnumValueChanged, EnumNamesChanged, VisibleDefaultChanged,
            ConstructorChanged, MayNeverReturn, KeysChanged, StaticInitialiserChanged, StaticConstructorAdded, StaticConstructorRemoved, StaticFieldAdded,
            StaticReferenceAdded, ThreadStaticChanged, StaticFieldsMoved, NewTypeHasStatic, NewTypeHasStaticReference, StaticFirstWritten,
            ModuleInitialiserChanged, EntryPointChanged, InitialiserCallsChanged, FieldDataChanged, CapturesChanged, CachedDelegateAdded,
            CachedDelegatesMoved, AwaitsChanged, HoistedChanged, NewTypeStandsBeside, LambdaReplaced, InFlightContinues,
            ReadOnlyWritten, RunOnceCaptures, CalledOnlyAtStart, InFlightFinishesOld, SuspendedLoop, UnseenMembers,
            UnusedType, AmbiguousLambdas, SynchronizedChanged, FirstValueUnknown, FirstValueIsNull, UnseenField, FieldReplaced, StillSeen, RemovedFieldIsSet,
            TransitionForm, TransitionTwice, TransitionNotRun];

    private static DiagnosticDescriptor Refuse(string id, string title, string message, string whatToDo, string why) =>
        new(id, title, message, whatToDo, ExitCode.Refused) { Why = why };

    private static DiagnosticDescriptor Warn(string id, string title, string message, string whatToDo, string why) =>
        new(id, title, message, whatToDo, ExitCode.Done) { Why = why };
}
