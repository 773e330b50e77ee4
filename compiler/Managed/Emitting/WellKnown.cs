using Mono.Cecil;

namespace HotpatchBuild.Compiler.Managed.Emitting;

/// <summary>Methods of the framework that emitted code calls.</summary>
internal static class WellKnown
{
    private const string Reflection = "System.Reflection";

    /// <summary><c>Type.GetTypeFromHandle</c>.</summary>
    public static MethodReference GetTypeFromHandle(EmittedModule m) => Static(m, Type(m), "GetTypeFromHandle", Type(m), m.Core("System", "RuntimeTypeHandle", isValueType: true));

    /// <summary><c>RuntimeHelpers.GetUninitializedObject</c>.</summary>
    public static MethodReference GetUninitializedObject(EmittedModule m) =>
        Static(m, m.Core("System.Runtime.CompilerServices", "RuntimeHelpers"), "GetUninitializedObject", m.Module.TypeSystem.Object, Type(m));

    /// <summary><c>object.GetType</c>.</summary>
    public static MethodReference GetTypeOfObject(EmittedModule m) => new("GetType", Type(m), m.Module.TypeSystem.Object) { HasThis = true };

    /// <summary><c>Type.Assembly</c>.</summary>
    public static MethodReference GetAssembly(EmittedModule m) => new("get_Assembly", Assembly(m), Type(m)) { HasThis = true };

    /// <summary><c>MethodBase.GetMethodFromHandle(RuntimeMethodHandle, RuntimeTypeHandle)</c>.</summary>
    public static MethodReference GetMethodFromHandle(EmittedModule m) => Static(
        m, m.Core(Reflection, "MethodBase"), "GetMethodFromHandle", m.Core(Reflection, "MethodBase"),
        m.Core("System", "RuntimeMethodHandle", isValueType: true), m.Core("System", "RuntimeTypeHandle", isValueType: true));

    /// <summary><c>Assembly.GetType(string, bool, bool)</c>.</summary>
    public static MethodReference GetTypeOfAssembly(EmittedModule m) => new("GetType", Type(m), Assembly(m))
    {
        HasThis = true, Parameters = { new(m.Module.TypeSystem.String), new(m.Module.TypeSystem.Boolean), new(m.Module.TypeSystem.Boolean) },
    };

    /// <summary><c>Type.GetType</c> with functions that find the assembly and the type.</summary>
    public static MethodReference GetTypeWithResolvers(EmittedModule m) => Static(
        m, Type(m), "GetType", Type(m), m.Module.TypeSystem.String, Function(m, m.Core(Reflection, "AssemblyName"), Assembly(m)), TypeResolver(m),
        m.Module.TypeSystem.Boolean, m.Module.TypeSystem.Boolean);

    /// <summary>The constructor of the function that finds a type.</summary>
    public static MethodReference NewTypeResolver(EmittedModule m) => new(".ctor", m.Module.TypeSystem.Void, TypeResolver(m))
    {
        HasThis = true, Parameters = { new(m.Module.TypeSystem.Object), new(m.Module.TypeSystem.IntPtr) },
    };

    /// <summary><c>object..ctor</c>.</summary>
    public static MethodReference NewObject(EmittedModule m) => new(".ctor", m.Module.TypeSystem.Void, m.Module.TypeSystem.Object) { HasThis = true };

    /// <summary><c>object.MemberwiseClone</c>.</summary>
    public static MethodReference MemberwiseClone(EmittedModule m) => new("MemberwiseClone", m.Module.TypeSystem.Object, m.Module.TypeSystem.Object) { HasThis = true };

    /// <summary><c>ConditionalWeakTable&lt;TKey, TValue&gt;</c>.</summary>
    public static GenericInstanceType WeakTable(EmittedModule m, TypeReference key, TypeReference value) =>
        new(m.Core("System.Runtime.CompilerServices", "ConditionalWeakTable`2")) { GenericArguments = { key, value } };

    /// <summary>The constructor of a weak table.</summary>
    public static MethodReference NewWeakTable(EmittedModule m, TypeReference table) => new(".ctor", m.Module.TypeSystem.Void, table) { HasThis = true };

    /// <summary><c>ConditionalWeakTable.TryGetValue</c>.</summary>
    public static MethodReference TryGetValue(EmittedModule m, TypeReference table) => new("TryGetValue", m.Module.TypeSystem.Boolean, table)
    {
        HasThis = true, Parameters = { new(m.TypeParameter(0)), new("", ParameterAttributes.Out, new ByReferenceType(m.TypeParameter(1))) },
    };

    /// <summary><c>ConditionalWeakTable.TryAdd</c> (.NET 8).</summary>
    public static MethodReference TryAdd(EmittedModule m, TypeReference table) => new("TryAdd", m.Module.TypeSystem.Boolean, table)
    {
        HasThis = true, Parameters = { new(m.TypeParameter(0)), new(m.TypeParameter(1)) },
    };

    /// <summary><c>System.Type</c>.</summary>
    public static TypeReference Type(EmittedModule m) => m.Core("System", "Type");

    /// <summary><c>System.Reflection.Assembly</c>.</summary>
    public static TypeReference Assembly(EmittedModule m) => m.Core(Reflection, "Assembly");

    private static GenericInstanceType TypeResolver(EmittedModule m) => Function(m, Assembly(m), m.Module.TypeSystem.String, m.Module.TypeSystem.Boolean, Type(m));

    private static GenericInstanceType Function(EmittedModule m, params ReadOnlySpan<TypeReference> arguments)
    {
        GenericInstanceType made = new(m.Core("System", $"Func`{arguments.Length}"));
        foreach (TypeReference argument in arguments)
            made.GenericArguments.Add(argument);
        return made;
    }


    private static MethodReference Static(EmittedModule m, TypeReference type, string name, TypeReference result, params ReadOnlySpan<TypeReference> parameters)
    {
        MethodReference made = new(name, result, type);
        foreach (TypeReference parameter in parameters)
            made.Parameters.Add(new ParameterDefinition(parameter));
        return made;
    }
}
