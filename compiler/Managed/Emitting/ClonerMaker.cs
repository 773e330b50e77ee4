using HotpatchBuild.Compiler.Managed.Linking;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Managed.Emitting;

/// <summary>Makes the method that stands in for <c>object.MemberwiseClone</c> where a class or its relatives have added fields: a copy has their values too.</summary>
internal sealed class ClonerMaker(DeltaLinker linker, EmittedModule patch)
{
    /// <summary>Fills the method.</summary>
    /// <param name="cloner">The method: no parameters yet.</param>
    /// <param name="type">The class whose code makes the copy.</param>
    /// <param name="fields">The added fields that such an object can have; those of a generic class only where it is that class.</param>
    public void Fill(MethodDefinition cloner, TypeDefinition type, IReadOnlyList<FieldDefinition> fields)
    {
        ReferenceMapper mapper = linker.MapperOf(patch);
        new HolderMaker(linker, patch).CopyParameters(type, cloner, Generics.OfHolder(type));
        cloner.Parameters.Add(new ParameterDefinition("source", ParameterAttributes.None, patch.Module.TypeSystem.Object));
        VariableDefinition copy = new(patch.Module.TypeSystem.Object);
        cloner.Body.Variables.Add(copy);
        cloner.Body.InitLocals = true;
        ILProcessor code = cloner.Body.GetILProcessor();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Call, WellKnown.MemberwiseClone(patch));
        code.Emit(OpCodes.Stloc, copy);
        foreach (FieldDefinition field in fields)
        {
            TypeReference owner = mapper.ThisType(field.DeclaringType);
            FieldReference reference = new(field.Name, field.FieldType, SelfOf(field.DeclaringType));
            Instruction next = code.Create(OpCodes.Nop);
            code.Emit(OpCodes.Ldarg_0);
            code.Emit(OpCodes.Isinst, owner);
            code.Emit(OpCodes.Brfalse, next);
            code.Emit(OpCodes.Ldloc, copy);
            code.Emit(OpCodes.Castclass, owner);
            code.Emit(OpCodes.Ldarg_0);
            code.Emit(OpCodes.Castclass, owner);
            code.Emit(OpCodes.Call, mapper.Accessor(reference, field, a => a.Read, Generics.OfHolder(type)));
            code.Emit(OpCodes.Call, mapper.Accessor(reference, field, a => a.Write, Generics.OfHolder(type)));
            code.Append(next);
        }
        code.Emit(OpCodes.Ldloc, copy);
        code.Emit(OpCodes.Ret);
    }

    private static TypeReference SelfOf(TypeDefinition type)
    {
        if (!type.HasGenericParameters)
            return type;
        GenericInstanceType instance = new(type);
        foreach (GenericParameter parameter in type.GenericParameters)
            instance.GenericArguments.Add(parameter);
        return instance;
    }
}
