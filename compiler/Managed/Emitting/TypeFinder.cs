using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Managed.Emitting;

/// <summary>Makes the method that stands in for <c>Type.GetType(string, bool, bool)</c>: a name without an assembly is looked for in the baseline's assembly and in
/// the core library, as it was.</summary>
internal static class TypeFinder
{
    private const string ClassName = "<types>", FindName = "Find", GetTypeName = "GetType";

    /// <summary>The method.</summary>
    /// <param name="module">The module that calls it.</param>
    /// <param name="anchor">A type of the baseline's assembly, as the module refers to it.</param>
    public static MethodDefinition In(EmittedModule module, TypeReference anchor)
    {
        if (module.Module.GetType("", ClassName) is { } known)
            return known.Methods.Single(m => m.Name == GetTypeName);
        TypeDefinition type = new("", ClassName, TypeAttributes.NotPublic | TypeAttributes.Abstract | TypeAttributes.Sealed | TypeAttributes.BeforeFieldInit, module.Module.TypeSystem.Object);
        module.Module.Types.Add(type);
        MethodDefinition find = Add(type, FindName, module, WellKnown.Assembly(module), module.Module.TypeSystem.String, module.Module.TypeSystem.Boolean);
        ILProcessor code = find.Body.GetILProcessor();
        Instruction look = code.Create(OpCodes.Ldarg_0), end = code.Create(OpCodes.Ret);
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Brtrue, look);
        code.Emit(OpCodes.Ldtoken, anchor);
        EmitLook(code, module);
        code.Emit(OpCodes.Dup);
        code.Emit(OpCodes.Brtrue, end);
        code.Emit(OpCodes.Pop);
        code.Emit(OpCodes.Ldtoken, module.Module.TypeSystem.Object);
        EmitLook(code, module);
        code.Emit(OpCodes.Ret);
        code.Append(look);
        EmitGetType(code, module);
        code.Append(end);

        MethodDefinition getType = Add(type, GetTypeName, module, module.Module.TypeSystem.String, module.Module.TypeSystem.Boolean, module.Module.TypeSystem.Boolean);
        code = getType.Body.GetILProcessor();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldnull);
        code.Emit(OpCodes.Ldnull);
        code.Emit(OpCodes.Ldftn, find);
        code.Emit(OpCodes.Newobj, WellKnown.NewTypeResolver(module));
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(OpCodes.Ldarg_2);
        code.Emit(OpCodes.Call, WellKnown.GetTypeWithResolvers(module));
        code.Emit(OpCodes.Ret);
        return getType;
    }

    private static MethodDefinition Add(TypeDefinition type, string name, EmittedModule module, params ReadOnlySpan<TypeReference> parameters)
    {
        MethodDefinition method = new(name, MethodAttributes.Assembly | MethodAttributes.Static | MethodAttributes.HideBySig, WellKnown.Type(module));
        foreach (TypeReference parameter in parameters)
            method.Parameters.Add(new ParameterDefinition(parameter));
        type.Methods.Add(method);
        return method;
    }

    // Behind a type's token: the type of that name in its assembly.
    private static void EmitLook(ILProcessor code, EmittedModule module)
    {
        code.Emit(OpCodes.Call, WellKnown.GetTypeFromHandle(module));
        code.Emit(OpCodes.Callvirt, WellKnown.GetAssembly(module));
        EmitGetType(code, module);
    }

    private static void EmitGetType(ILProcessor code, EmittedModule module)
    {
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(OpCodes.Ldc_I4_0);
        code.Emit(OpCodes.Ldarg_2);
        code.Emit(OpCodes.Callvirt, WellKnown.GetTypeOfAssembly(module));
    }
}
