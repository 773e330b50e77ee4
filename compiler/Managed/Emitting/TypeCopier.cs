using HotpatchBuild.Compiler.Managed.Linking;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Managed.Emitting;

/// <summary>Copies a type of the new revision: all its members at once, their code when every definition stands.</summary>
internal sealed class TypeCopier(DeltaLinker linker, CopiedType copy)
{
    private readonly EmittedModule _module = copy.Module;
    private readonly ReferenceMapper _mapper = linker.MapperOf(copy.Module);
    private readonly AttributeCopier _attributes = new(linker, copy.Module);

    /// <summary>A type's attributes in its new place: what was private to the type around it must be seen by the code that moved out of that.</summary>
    /// <param name="source">The type.</param>
    /// <param name="nested">True when it is nested in its new place.</param>
    public static TypeAttributes Visibility(TypeDefinition source, bool nested)
    {
        bool isPublic = source.IsPublic || source.IsNestedPublic;
        TypeAttributes visibility = nested
            ? isPublic || source.Name.StartsWith('<') ? TypeAttributes.NestedPublic : source.Attributes & TypeAttributes.VisibilityMask
            : isPublic ? TypeAttributes.Public : TypeAttributes.NotPublic;
        return (source.Attributes & ~TypeAttributes.VisibilityMask) | visibility;
    }

    /// <summary>Fills the copy.</summary>
    /// <param name="membersOnDemand">True when only the members that are used are taken.</param>
    public void Fill(bool membersOnDemand)
    {
        TypeDefinition source = copy.Source, target = copy.Definition;
        new HolderMaker(linker, _module).CopyParameters(source, target, Generics.Same);
        target.BaseType = source.BaseType is { } parent ? _mapper.Type(parent, Generics.Same) : null;
        foreach (InterfaceImplementation implemented in source.Interfaces)
            target.Interfaces.Add(new InterfaceImplementation(_mapper.Type(implemented.InterfaceType, Generics.Same)));
        if (source.HasLayoutInfo)
            (target.ClassSize, target.PackingSize) = (source.ClassSize, source.PackingSize);
        linker.Later(() => _attributes.Copy(source, target));
        if (membersOnDemand)
        {
            copy.OnDemand = member => Method((MethodDefinition)member);
            return;
        }
        foreach (FieldDefinition field in source.Fields)
            Field(field);
        foreach (MethodDefinition method in source.Methods)
            copy.Members[method] = Method(method);
        foreach (PropertyDefinition property in source.Properties)
            Property(property);
        foreach (EventDefinition @event in source.Events)
            Event(@event);
    }

    private void Field(FieldDefinition source)
    {
        FieldDefinition made = new(source.Name, source.Attributes, _mapper.Type(source.FieldType, Generics.Same));
        if (source.HasConstant)
            made.Constant = source.Constant;
        if (source.HasLayoutInfo)
            made.Offset = source.Offset;
        if (source.HasMarshalInfo)
            made.MarshalInfo = source.MarshalInfo;
        if (source.RVA != 0)
            made.InitialValue = source.InitialValue;
        copy.Definition.Fields.Add(made);
        copy.Members[source] = made;
        linker.Later(() => _attributes.Copy(source, made));
    }

    private MethodDefinition Method(MethodDefinition source)
    {
        if (source.IsPInvokeImpl)
            linker.Refuse(ManagedDiagnostics.AddedImport, Where(source), NameOf(source));
        MethodDefinition made = new(source.Name, source.Attributes, _module.Module.TypeSystem.Void)
        {
            ImplAttributes = source.ImplAttributes, CallingConvention = source.CallingConvention, ExplicitThis = source.ExplicitThis,
        };
        if (source.IsPInvokeImpl)
            made.IsPInvokeImpl = false;
        copy.Definition.Methods.Add(made);
        new HolderMaker(linker, _module).CopyParameters(source, made, Generics.Same);
        made.ReturnType = _mapper.Type(source.ReturnType, Generics.Same);
        foreach (ParameterDefinition parameter in source.Parameters)
            made.Parameters.Add(Parameter(parameter));
        linker.Later(() =>
        {
            // A member that is new in an interface which exists has no slot to be filled.
            foreach (MethodReference overridden in source.Overrides.Where(o => linker.Elements.Definition(o) is not { } member || !linker.IsHeld(member)))
                made.Overrides.Add(_mapper.Method(overridden, Generics.Same));
            _attributes.Copy(source, made);
            _attributes.Copy(source.MethodReturnType, made.MethodReturnType);
            new BodyCopier(linker, _module).Copy(source, made, Generics.Same);
        });
        return made;
    }

    private ParameterDefinition Parameter(ParameterDefinition source)
    {
        ParameterDefinition made = new(source.Name, source.Attributes, _mapper.Type(source.ParameterType, Generics.Same));
        if (source.HasConstant)
            made.Constant = source.Constant;
        if (source.HasMarshalInfo)
            made.MarshalInfo = source.MarshalInfo;
        linker.Later(() => _attributes.Copy(source, made));
        return made;
    }

    private void Property(PropertyDefinition source)
    {
        PropertyDefinition made = new(source.Name, source.Attributes, _mapper.Type(source.PropertyType, Generics.Same)) { HasThis = source.HasThis };
        if (source.GetMethod is { } get)
            made.GetMethod = copy.Member(get);
        if (source.SetMethod is { } set)
            made.SetMethod = copy.Member(set);
        copy.Definition.Properties.Add(made);
        linker.Later(() => _attributes.Copy(source, made));
    }

    private void Event(EventDefinition source)
    {
        EventDefinition made = new(source.Name, source.Attributes, _mapper.Type(source.EventType, Generics.Same));
        if (source.AddMethod is { } add)
            made.AddMethod = copy.Member(add);
        if (source.RemoveMethod is { } remove)
            made.RemoveMethod = copy.Member(remove);
        copy.Definition.Events.Add(made);
        linker.Later(() => _attributes.Copy(source, made));
    }

    private Formats.Diagnostics.SourceLocation? Where(MethodDefinition source) => linker.Elements.AssemblyOf(source).Lines.Of(source)?.Where;

    private string NameOf(MethodDefinition source) => linker.Elements.AssemblyOf(source).NewNames.Of(source);
}
