using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Compiler.Managed.Linking;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Managed.Emitting;

/// <summary>Gives the storage of an added static field its first value.</summary>
internal sealed class StorageMaker(DeltaLinker linker, EmittedModule module)
{
    /// <summary>Makes the static constructor of a storage type: the piece of the new revision's that is the field's own.</summary>
    /// <param name="field">The added field.</param>
    /// <param name="storage">The type that holds it.</param>
    public void Initialise(FieldDefinition field, TypeDefinition storage)
    {
        if (linker.Elements.AssemblyOf(field).InitialiserOf(field) is not { } initialiser)
            return;
        MethodDefinition constructor = new(
            ".cctor", MethodAttributes.Private | MethodAttributes.Static | MethodAttributes.HideBySig | MethodAttributes.SpecialName | MethodAttributes.RTSpecialName,
            module.Module.TypeSystem.Void);
        storage.Methods.Add(constructor);
        linker.Later(() => new BodyCopier(linker, module).Copy(initialiser.Constructor, constructor, Generics.Same, initialiser.First, initialiser.Count));
    }
}
