using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Compiler.Managed.Linking;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Managed.Emitting;

/// <summary>
/// Makes what an instance field is that is new in a class which exists. Its values lie beside the objects: a weak table leads from an object to a small one that holds the
/// value in a field of its own, so that the value can be read, written and referred to, lives as long as the object and keeps nothing alive. The table is in storage that
/// every delta with the field shares; how an object from before gets its first value may be another in each delta, so that code is in the patch assembly.
/// </summary>
internal sealed class FieldBesideMaker(DeltaLinker linker, EmittedModule storage, EmittedModule patch)
{
    /// <summary>Name of the static field with the table.</summary>
    public const string Table = "<table>";

    /// <summary>Makes the type with the table and the value.</summary>
    /// <param name="field">The added field.</param>
    public TypeDefinition MakeStorage(FieldDefinition field)
    {
        TypeDefinition source = field.DeclaringType;
        (string space, string name) = AddedElements.TopLevelName(source);
        TypeDefinition home = new(space, name, TypeAttributes.Class | TypeAttributes.Public | TypeAttributes.Sealed | TypeAttributes.BeforeFieldInit, storage.Module.TypeSystem.Object);
        storage.Module.Types.Add(home);
        new HolderMaker(linker, storage).CopyParameters(source, home, Generics.Same);
        home.Fields.Add(new FieldDefinition(field.Name, FieldAttributes.Public, linker.MapperOf(storage).Type(field.FieldType, Generics.Same)));
        TypeReference table = TableType(storage, source, home, storage.TypeParameter);
        home.Fields.Add(new FieldDefinition(Table, FieldAttributes.Public | FieldAttributes.Static | FieldAttributes.InitOnly, table));

        ILProcessor code = Constructor(home, ".ctor", MethodAttributes.Public);
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Call, WellKnown.NewObject(storage));
        code.Emit(OpCodes.Ret);
        code = Constructor(home, ".cctor", MethodAttributes.Private | MethodAttributes.Static);
        code.Emit(OpCodes.Newobj, WellKnown.NewWeakTable(storage, table));
        code.Emit(OpCodes.Stsfld, new FieldReference(Table, table, Self(home, home, storage.TypeParameter)));
        code.Emit(OpCodes.Ret);
        return home;
    }

    /// <summary>Makes the methods that stand for the field.</summary>
    /// <param name="field">The added field.</param>
    /// <param name="home">The type with the table and the value.</param>
    /// <param name="holders">The type for the methods.</param>
    public FieldAccessors MakeAccessors(FieldDefinition field, TypeDefinition home, TypeDefinition holders)
    {
        Generics generics = Generics.OfHolder(field.DeclaringType);
        TypeReference imported = patch.Import(home, patch.Reference(storage)), homeType = Self(home, imported, patch.MethodParameter);
        TypeReference self = linker.MapperOf(patch).ThisType(field.DeclaringType), value = linker.MapperOf(patch).Type(Plain(field.FieldType), generics);
        Home at = new(
            homeType,
            new FieldReference(field.Name, linker.MapperOf(patch).Type(field.FieldType, Generics.Same), homeType),
            new FieldReference(Table, TableType(patch, field.DeclaringType, imported, patch.TypeParameter), homeType),
            WellKnown.WeakTable(patch, self, homeType),
            field.FieldType is RequiredModifierType { ModifierType.FullName: "System.Runtime.CompilerServices.IsVolatile" });

        MethodDefinition? first = linker.Elements.AssemblyOf(field).InitialiserOf(field) is { } initialiser ? First(initialiser, value) : null;
        MethodDefinition find = Add("of", homeType, self);
        Find(find, at, first);
        MethodDefinition read = Add("get", value, self), address = Add("ref", new ByReferenceType(value), self), write = Add("set", patch.Module.TypeSystem.Void, self, value);
        foreach ((MethodDefinition method, OpCode load) in ((MethodDefinition, OpCode)[])[(read, OpCodes.Ldfld), (address, OpCodes.Ldflda)])
        {
            ILProcessor code = method.Body.GetILProcessor();
            code.Emit(OpCodes.Ldarg_0);
            code.Emit(OpCodes.Call, Own(find));
            if (at.IsVolatile && load == OpCodes.Ldfld)
                code.Emit(OpCodes.Volatile);
            code.Emit(load, at.Value);
            code.Emit(OpCodes.Ret);
        }
        Write(write, at);
        return new FieldAccessors(patch, read, address, write);

        MethodDefinition Add(string what, TypeReference result, params ReadOnlySpan<TypeReference> parameters)
        {
            MethodDefinition method = new(DeltaLinker.FreeName(holders, $"{field.Name}.{what}"), MethodAttributes.Public | MethodAttributes.Static | MethodAttributes.HideBySig, patch.Module.TypeSystem.Void);
            holders.Methods.Add(method);
            new HolderMaker(linker, patch).CopyParameters(field.DeclaringType, method, generics);
            method.ReturnType = result;
            foreach (TypeReference parameter in parameters)
                method.Parameters.Add(new ParameterDefinition(parameter));
            return method;
        }

        MethodDefinition First(AddedInitialiser initialiser, TypeReference result)
        {
            MethodDefinition method = Add("first", result);
            // Without the object in front and the write behind it.
            linker.Later(() => new BodyCopier(linker, patch).Copy(initialiser.Constructor, method, generics, initialiser.First + 1, initialiser.Count - 2));
            return method;
        }
    }

    /// <summary>The field's type without modifiers, which are the field's own.</summary>
    public static TypeReference Plain(TypeReference type) => type is RequiredModifierType or OptionalModifierType ? Plain(((TypeSpecification)type).ElementType) : type;

    // Of several threads that find no value each makes one, and one of them wins.
    private void Find(MethodDefinition method, Home home, MethodDefinition? first)
    {
        ILProcessor code = method.Body.GetILProcessor();
        Instruction end = code.Create(OpCodes.Nop);
        VariableDefinition found = Begin(method, home, end);
        code.Emit(OpCodes.Newobj, new MethodReference(".ctor", patch.Module.TypeSystem.Void, home.Type) { HasThis = true });
        code.Emit(OpCodes.Stloc, found);
        if (first is not null)
        {
            code.Emit(OpCodes.Ldloc, found);
            code.Emit(OpCodes.Call, Own(first));
            code.Emit(OpCodes.Stfld, home.Value);
        }
        Publish(code, home, found, end);
        code.Append(end);
        code.Emit(OpCodes.Ldloc, found);
        code.Emit(OpCodes.Ret);
    }

    // A constructor's write needs no first value.
    private void Write(MethodDefinition method, Home home)
    {
        ILProcessor code = method.Body.GetILProcessor();
        Instruction set = code.Create(OpCodes.Nop), end = code.Create(OpCodes.Ret);
        VariableDefinition found = Begin(method, home, set);
        code.Emit(OpCodes.Newobj, new MethodReference(".ctor", patch.Module.TypeSystem.Void, home.Type) { HasThis = true });
        code.Emit(OpCodes.Stloc, found);
        Store();
        Publish(code, home, found, end);
        code.Append(set);
        Store();
        code.Append(end);

        void Store()
        {
            code.Emit(OpCodes.Ldloc, found);
            code.Emit(OpCodes.Ldarg_1);
            if (home.IsVolatile)
                code.Emit(OpCodes.Volatile);
            code.Emit(OpCodes.Stfld, home.Value);
        }
    }

    // Where there is no object, what was tried is told as it was.
    private VariableDefinition Begin(MethodDefinition method, Home home, Instruction known)
    {
        ILProcessor code = method.Body.GetILProcessor();
        VariableDefinition found = new(home.Type);
        method.Body.Variables.Add(found);
        method.Body.InitLocals = true;
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Callvirt, WellKnown.GetTypeOfObject(patch));
        code.Emit(OpCodes.Pop);
        Look(code, home, found);
        code.Emit(OpCodes.Brtrue, known);
        return found;
    }

    private void Publish(ILProcessor code, Home home, VariableDefinition found, Instruction done)
    {
        code.Emit(OpCodes.Ldsfld, home.Table);
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldloc, found);
        code.Emit(OpCodes.Callvirt, WellKnown.TryAdd(patch, home.TableType));
        code.Emit(OpCodes.Brtrue, done);
        Look(code, home, found);
        code.Emit(OpCodes.Pop);
    }

    private void Look(ILProcessor code, Home home, VariableDefinition found)
    {
        code.Emit(OpCodes.Ldsfld, home.Table);
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldloca, found);
        code.Emit(OpCodes.Callvirt, WellKnown.TryGetValue(patch, home.TableType));
    }

    private MethodReference Own(MethodDefinition method)
    {
        if (!method.HasGenericParameters)
            return method;
        GenericInstanceMethod instance = new(method);
        for (int i = 0; i < method.GenericParameters.Count; i++)
            instance.GenericArguments.Add(patch.MethodParameter(i));
        return instance;
    }

    private TypeReference TableType(EmittedModule module, TypeDefinition source, TypeReference home, Func<int, GenericParameter> parameter) =>
        WellKnown.WeakTable(module, Self(source, linker.TypeFor(source, module), parameter), Self(source, home, parameter));

    private static TypeReference Self(TypeDefinition source, TypeReference type, Func<int, GenericParameter> parameter)
    {
        if (!source.HasGenericParameters)
            return type;
        GenericInstanceType instance = new(type);
        for (int i = 0; i < source.GenericParameters.Count; i++)
            instance.GenericArguments.Add(parameter(i));
        return instance;
    }

    private ILProcessor Constructor(TypeDefinition home, string name, MethodAttributes attributes)
    {
        MethodDefinition method = new(name, attributes | MethodAttributes.HideBySig | MethodAttributes.SpecialName | MethodAttributes.RTSpecialName, storage.Module.TypeSystem.Void);
        home.Methods.Add(method);
        return method.Body.GetILProcessor();
    }

    /// <summary>Where the values are, as the patch assembly's generic methods refer to it.</summary>
    private readonly record struct Home(TypeReference Type, FieldReference Value, FieldReference Table, TypeReference TableType, bool IsVolatile);
}
