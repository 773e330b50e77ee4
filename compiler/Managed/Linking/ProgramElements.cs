using HotpatchBuild.Compiler.Edits;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Managed.Linking;

/// <summary>Finds what a reference in new code means, as far as it is an element of an assembly that changed.</summary>
internal sealed class ProgramElements
{
    private readonly Dictionary<string, ChangedAssembly> _byName;
    private readonly Dictionary<ModuleDefinition, ChangedAssembly> _byModule;
    private readonly MetadataText _qualified = new(new QualifiedNaming());

    /// <param name="assemblies">The assemblies that changed.</param>
    public ProgramElements(IReadOnlyList<ChangedAssembly> assemblies)
    {
        _byName = assemblies.ToDictionary(a => a.Name, StringComparer.Ordinal);
        _byModule = assemblies.ToDictionary(a => a.New.Module);
    }

    /// <summary>The assembly that an element of the new revision belongs to.</summary>
    public ChangedAssembly AssemblyOf(IMemberDefinition @new) => _byModule[(@new as TypeDefinition ?? @new.DeclaringType).Module];

    /// <summary>The baseline's element that an element of the new revision is; null where it is new.</summary>
    public T? OldOf<T>(T @new) where T : class, IMemberDefinition => AssemblyOf(@new).OldOf(@new);

    /// <summary>The type of a changed assembly that a reference means; null for any other.</summary>
    public TypeDefinition? Definition(TypeReference? type) => Definitions.Among(type, name => _byName.GetValueOrDefault(name)?.New.Module);

    /// <summary>The method of a changed assembly that a reference means; null for any other.</summary>
    public MethodDefinition? Definition(MethodReference method)
    {
        if (method is GenericInstanceMethod instance)
            return Definition(instance.ElementMethod);
        if (Definitions.Of(method) is { } own)
            return own;
        if (Definition(method.DeclaringType) is not { } type)
            return null;
        string signature = _qualified.Signature(method);
        return type.Methods.FirstOrDefault(m => m.Name == method.Name && m.HasThis == method.HasThis && m.Parameters.Count == method.Parameters.Count
            && m.GenericParameters.Count == method.GenericParameters.Count && _qualified.Signature(m) == signature);
    }

    /// <summary>The field of a changed assembly that a reference means; null for any other.</summary>
    public FieldDefinition? Definition(FieldReference field) =>
        field as FieldDefinition ?? Definition(field.DeclaringType)?.Fields.FirstOrDefault(f => f.Name == field.Name);

    /// <summary>An assembly's own types as other assemblies refer to them.</summary>
    private sealed class QualifiedNaming : IElementNaming
    {
        public string Of(TypeDefinition type) => $"[{type.Module.Assembly.Name.Name}]{type.FullName}";

        public string Of(MethodDefinition method) => MetadataText.Raw.Method(method);

        public string Of(FieldDefinition field) => MetadataText.Raw.Field(field);
    }
}
