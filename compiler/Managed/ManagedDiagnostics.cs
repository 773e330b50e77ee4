using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Managed;

/// <summary>What the managed patch linker refuses or warns of (HPB2501 to HPB2549). {0} is the element with the code, {1} what it uses.</summary>
internal static class ManagedDiagnostics
{
    private const string ShipFullBuild = "Ship the full build at the next restart.";

    /// <summary>HPB2501: An assembly is new.</summary>
    public static readonly DiagnosticDescriptor AssemblyAdded = new(
        "HPB2501", "Assembly added to the program", "The assembly {0} is not part of the baseline: the running process would not find it.", ShipFullBuild, ExitCode.Refused)
        { Why = "The process finds assemblies where it was deployed. One that came later is not there, and the delta carries changed code only." };

    /// <summary>HPB2502: An assembly is gone.</summary>
    public static readonly DiagnosticDescriptor AssemblyRemoved = new(
        "HPB2502", "Assembly removed from the program", "The assembly {0} is part of the baseline but not of the new build.", ShipFullBuild, ExitCode.Refused)
        { Why = "Objects and code of the removed assembly may be in use, and what else the change meant cannot be told from what is left." };

    /// <summary>HPB2503: A P/Invoke is new.</summary>
    public static readonly DiagnosticDescriptor AddedImport = new(
        "HPB2503", "P/Invoke added", "{0} is a new P/Invoke: its library would be looked for beside the patch and not beside the program.",
        "Call the function through NativeLibrary and a function pointer, or ship the full build at the next restart.", ExitCode.Refused)
        { Why = "The runtime looks for a native library beside the assembly that declares the import, with the settings of that assembly. New methods live in the patch assembly, which is elsewhere." };

    /// <summary>HPB2504: Variable arguments.</summary>
    public static readonly DiagnosticDescriptor VariableArguments = new(
        "HPB2504", "Method with variable arguments", "{0} takes variable arguments (__arglist), which cannot be forwarded.", "Use a params array, or ship the full build at the next restart.", ExitCode.Refused)
        { Why = "The redirected method passes its arguments on one by one, and a method with __arglist does not know how many there are." };

    /// <summary>HPB2505: A delegate on an added struct method.</summary>
    public static readonly DiagnosticDescriptor DelegateOnAddedStructMember = new(
        "HPB2505", "Delegate on an added method of a struct", "{0} makes a delegate on {1}, a new method of a struct that exists: it has no object to be called on.",
        "Write a lambda that calls the method.", ExitCode.Refused)
        { Why = "An instance method that is added to a struct becomes a static method with a reference to the struct. A delegate would need a boxed object, and there is no method of that form." };

    /// <summary>HPB2506: A use of an added member that only a member of the type itself allows.</summary>
    public static readonly DiagnosticDescriptor AddedMemberUse = new(
        "HPB2506", "Added member used in a way that is not supported", "{0} uses {1}, a new member of a type that exists, in an expression tree or as a virtual member.",
        "Call the member directly, or ship the full build at the next restart.", ExitCode.Refused)
        { Why = "A new member of an existing type is a static method of the patch assembly. An expression tree or a virtual call would need a member of the type itself, and the runtime's type has none." };

    /// <summary>HPB2507: Code that looks at its caller.</summary>
    public static readonly DiagnosticDescriptor StackCrawl = new(
        "HPB2507", "Code that looks at its caller", "{0} calls {1}, which looks at the code that calls it; patched code is in another assembly, and new code has no method in the program.",
        "Write typeof(...).Assembly of a type of the program or nameof(...) of the method, or ship the full build at the next restart.", ExitCode.Refused)
        { Why = "The answer depends on the method and assembly that the calling code belongs to. Patched code belongs to the patch assembly, so the answer would be another one." };

    /// <summary>HPB2508: A synchronised method is new.</summary>
    public static readonly DiagnosticDescriptor AddedSynchronized = new(
        "HPB2508", "Synchronized method added", "{0} is a new method with MethodImplOptions.Synchronized, whose lock would be another one.", "Use a lock statement.", ExitCode.Refused)
        { Why = "A synchronised instance method locks its object, a static one its type. The new method is a static method of a class of the patch assembly and would lock that." };

    /// <summary>HPB2509: Metadata that the linker does not understand.</summary>
    public static readonly DiagnosticDescriptor CannotLink = new(
        "HPB2509", "Code that cannot be linked", "The new code cannot be linked: {0}.", ShipFullBuild, ExitCode.Refused)
        { Why = "New code refers to something in a form that cannot be expressed from another assembly, or that the references of the build do not resolve." };

    /// <summary>HPB2510: Something added is another one in every delta.</summary>
    public static readonly DiagnosticDescriptor AddedAnew = new(
        "HPB2510", "Added element that the next delta replaces", "{0} is new and uses new members of types that exist: the next delta brings another {0}, which does not know this one's objects and values.",
        "Move what it uses into a new type, or let no object or value of it live on when the next delta is applied.", ExitCode.Refused)
        { Why = "New elements live in the delta's own assembly. One that uses new members of existing types is bound to that delta, so the next, which replaces it, must bring its own.", Severity = FailureSeverity.Warning };

    /// <summary>HPB2520: A use of an added instance field that only a field of the object itself allows.</summary>
    public static readonly DiagnosticDescriptor AddedFieldUse = new(
        "HPB2520", "Added field used in an expression tree", "{0} names {1}, a new instance field of a type that exists, in an expression tree: it is no member of the running type.",
        "Read the field in ordinary code, or ship the full build at the next restart.", ExitCode.Refused)
        { Why = "An expression tree describes members of types as the runtime knows them, and the field is kept beside the object." };

    /// <summary>HPB2521: Objects with an added field are copied by code that the delta cannot change.</summary>
    public static readonly DiagnosticDescriptor CopiedElsewhere = new(
        "HPB2521", "Objects with an added field are copied", "{0} copies objects with MemberwiseClone that may have the new field {1}, and the delta cannot make it copy that too.",
        "Keep the value in another place, or ship the full build at the next restart.", ExitCode.Refused)
        { Why = "MemberwiseClone copies the fields that the runtime knows. The value of an added field lies beside the object, and the copy would begin without it." };
}
