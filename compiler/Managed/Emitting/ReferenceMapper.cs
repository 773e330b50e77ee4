using HotpatchBuild.Compiler.Managed.Linking;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Managed.Emitting;

/// <summary>Turns references of the new revision into references of an emitted module: to the baseline's assembly for what is the same, to its new home for what is not.</summary>
internal sealed class ReferenceMapper(DeltaLinker linker, EmittedModule into)
{
    private readonly ProgramElements _elements = linker.Elements;

    /// <summary>A type.</summary>
    public TypeReference Type(TypeReference source, Generics generics)
    {
        switch (source)
        {
            case GenericParameter parameter:
                return generics.Map(parameter, into);
            case GenericInstanceType instance:
                return Instance(Type(instance.ElementType, generics), instance, generics);
            case ArrayType array:
                TypeReference element = Type(array.ElementType, generics);
                if (array.IsVector)
                    return new ArrayType(element);
                ArrayType made = new(element, array.Rank);
                for (int i = 0; i < array.Rank; i++)
                    made.Dimensions[i] = array.Dimensions[i];
                return made;
            case ByReferenceType reference:
                return new ByReferenceType(Type(reference.ElementType, generics));
            case PointerType pointer:
                return new PointerType(Type(pointer.ElementType, generics));
            case PinnedType pinned:
                return new PinnedType(Type(pinned.ElementType, generics));
            case SentinelType sentinel:
                return new SentinelType(Type(sentinel.ElementType, generics));
            case RequiredModifierType required:
                return new RequiredModifierType(Type(required.ModifierType, generics), Type(required.ElementType, generics));
            case OptionalModifierType optional:
                return new OptionalModifierType(Type(optional.ModifierType, generics), Type(optional.ElementType, generics));
            case FunctionPointerType function:
                FunctionPointerType pointed = new();
                CopySignature(function, pointed, generics);
                return pointed;
            default:
                return _elements.Definition(source) is { } definition ? linker.TypeFor(definition, into) : into.Import(source);
        }
    }

    /// <summary>A method.</summary>
    public MethodReference Method(MethodReference source, Generics generics)
    {
        MethodReference plain = source is GenericInstanceMethod { ElementMethod: var element } ? element : source;
        MethodDefinition? definition = _elements.Definition(plain);
        IEnumerable<TypeReference> arguments = (source as GenericInstanceMethod)?.GenericArguments.Select(a => Type(a, generics)) ?? [];
        if (definition is null || !linker.IsHeld(definition))
            return Instance(Element(plain, definition, generics), arguments);
        // The declaring type's arguments become the first ones of the holder.
        if (plain.DeclaringType is GenericInstanceType declaring)
            arguments = declaring.GenericArguments.Select(a => Type(a, generics)).Concat(arguments);
        return Instance(Held(linker.Holder(definition), definition, factory: false), arguments);
    }

    /// <summary>The method that makes an object with an added constructor of a type that exists.</summary>
    public MethodReference Factory(MethodReference constructor, MethodDefinition definition, Generics generics)
    {
        MethodReference factory = Held(linker.Factory(definition), definition, factory: true);
        return Instance(factory, (constructor.DeclaringType as GenericInstanceType)?.GenericArguments.Select(a => Type(a, generics)) ?? []);
    }

    /// <summary>A field.</summary>
    public FieldReference Field(FieldReference source, Generics generics)
    {
        if (_elements.Definition(source) is not { } definition)
            return new FieldReference(source.Name, Type(source.FieldType, Generics.Same), Type(source.DeclaringType, generics));
        if (_elements.OldOf(definition) is { } old)
            return new FieldReference(old.Name, Type(definition.FieldType, Generics.Same), Type(source.DeclaringType, generics));
        (FieldDefinition home, EmittedModule module) = linker.FieldFor(definition, into);
        if (module == into && !home.DeclaringType.HasGenericParameters)
            return home;
        TypeReference declaring = module == into ? home.DeclaringType : into.Import(home.DeclaringType, into.Reference(module));
        if (source.DeclaringType is GenericInstanceType instance)
            declaring = Instance(declaring, instance, generics);
        return new FieldReference(home.Name, Type(definition.FieldType, Generics.Same), declaring);
    }

    /// <summary>A method that stands for an instance field which is new in a type that exists.</summary>
    /// <param name="source">The reference to the field.</param>
    /// <param name="definition">The field.</param>
    /// <param name="which">Which of its methods.</param>
    /// <param name="generics">How generic parameters are numbered in the new place.</param>
    public MethodReference Accessor(FieldReference source, FieldDefinition definition, Func<FieldAccessors, MethodDefinition> which, Generics generics)
    {
        FieldAccessors accessors = linker.AccessorsOf(definition);
        MethodDefinition method = which(accessors);
        MethodReference plain = method;
        if (accessors.Module != into)
        {
            plain = Blank(method.Name, into.Import(method.DeclaringType, into.Reference(accessors.Module)), method.GenericParameters.Count);
            TypeReference value = Type(FieldBesideMaker.Plain(definition.FieldType), Generics.OfHolder(definition.DeclaringType));
            plain.Parameters.Add(new ParameterDefinition(ThisType(definition.DeclaringType)));
            if (method == accessors.Write)
                plain.Parameters.Add(new ParameterDefinition(value));
            else
                plain.ReturnType = method == accessors.Address ? new ByReferenceType(value) : value;
        }
        return Instance(plain, (source.DeclaringType as GenericInstanceType)?.GenericArguments.Select(a => Type(a, generics)) ?? []);
    }

    /// <summary>The method that copies an object with its added fields.</summary>
    /// <param name="cloner">The method.</param>
    /// <param name="type">The class whose code makes the copy; its own parameters are the arguments.</param>
    /// <param name="generics">How generic parameters are numbered in the new place.</param>
    public MethodReference Cloner(HeldMethod cloner, TypeDefinition type, Generics generics)
    {
        MethodReference plain = cloner.Definition;
        if (cloner.Module != into)
        {
            plain = Blank(plain.Name, into.Import(plain.DeclaringType, into.Reference(cloner.Module)), plain.GenericParameters.Count);
            plain.ReturnType = into.Module.TypeSystem.Object;
            plain.Parameters.Add(new ParameterDefinition(into.Module.TypeSystem.Object));
        }
        return Instance(plain, type.GenericParameters.Select(p => (TypeReference)generics.Map(p, into)));
    }

    /// <summary>The signature of an indirect call.</summary>
    public CallSite CallSite(CallSite source, Generics generics)
    {
        CallSite made = new(into.Module.TypeSystem.Void);
        CopySignature(source, made, generics);
        return made;
    }

    /// <summary>What <c>this</c> is as the first parameter of a holder method, in terms of that method's generic parameters.</summary>
    /// <param name="type">The new revision's type.</param>
    public TypeReference ThisType(TypeDefinition type)
    {
        TypeReference plain = linker.TypeFor(type, into);
        if (!type.HasGenericParameters)
            return plain;
        GenericInstanceType instance = new(plain) { IsValueType = type.IsValueType };
        for (int i = 0; i < type.GenericParameters.Count; i++)
            instance.GenericArguments.Add(into.MethodParameter(i));
        return instance;
    }

    /// <summary>A method of the baseline as such, its type and itself without arguments.</summary>
    /// <param name="new">What it is in the new revision.</param>
    /// <param name="name">Its name in the baseline.</param>
    public MethodReference Open(MethodDefinition @new, string name) =>
        Reference(name, linker.TypeFor(@new.DeclaringType, into), @new, @new.GenericParameters.Count);

    private MethodReference Element(MethodReference source, MethodDefinition? definition, Generics generics)
    {
        if (definition is not null && AddedElements.IsLiterals(definition.DeclaringType) && linker.CopiedMethod(definition, into) is { } literal)
            return literal;
        TypeReference declaring = Type(source.DeclaringType, generics);
        if (definition is null)
            return Reference(source.Name, declaring, source, source.GenericParameters.Count);
        if (declaring is TypeDefinition && linker.CopiedMethod(definition, into) is { } copy)
            return copy;
        // The optional arguments of a vararg call are part of the reference only.
        IMethodSignature signature = source.CallingConvention == MethodCallingConvention.VarArg ? source : definition;
        return Reference(_elements.OldOf(definition)?.Name ?? source.Name, declaring, signature, definition.GenericParameters.Count);
    }

    // A static method of another patch assembly that holds the code of an added method, or makes an object with an added constructor.
    private MethodReference Held(HeldMethod held, MethodDefinition definition, bool factory)
    {
        if (held.Module == into)
            return held.Definition;
        Generics generics = Generics.OfHolder(definition);
        MethodReference made = Blank(held.Definition.Name, into.Import(held.Definition.DeclaringType, into.Reference(held.Module)), held.Definition.GenericParameters.Count);
        TypeReference self = ThisType(definition.DeclaringType);
        if (definition.HasThis && !factory)
            made.Parameters.Add(new ParameterDefinition(definition.DeclaringType.IsValueType ? new ByReferenceType(self) : self));
        foreach (ParameterDefinition parameter in definition.Parameters)
            made.Parameters.Add(new ParameterDefinition(Type(parameter.ParameterType, generics)));
        made.ReturnType = factory ? self : Type(definition.ReturnType, generics);
        return made;
    }

    private MethodReference Reference(string name, TypeReference declaring, IMethodSignature signature, int arity)
    {
        MethodReference made = Blank(name, declaring, arity);
        CopySignature(signature, made, Generics.Same);
        return made;
    }

    private MethodReference Blank(string name, TypeReference declaring, int arity)
    {
        MethodReference made = new(name, into.Module.TypeSystem.Void, declaring);
        for (int i = 0; i < arity; i++)
            made.GenericParameters.Add(new GenericParameter(made));
        return made;
    }

    private void CopySignature(IMethodSignature source, IMethodSignature target, Generics generics)
    {
        target.HasThis = source.HasThis;
        target.ExplicitThis = source.ExplicitThis;
        target.CallingConvention = source.CallingConvention;
        target.ReturnType = Type(source.ReturnType, generics);
        foreach (ParameterDefinition parameter in source.Parameters)
            target.Parameters.Add(new ParameterDefinition(Type(parameter.ParameterType, generics)));
    }

    private GenericInstanceType Instance(TypeReference element, GenericInstanceType source, Generics generics)
    {
        GenericInstanceType made = new(element) { IsValueType = source.IsValueType || element.IsValueType };
        foreach (TypeReference argument in source.GenericArguments)
            made.GenericArguments.Add(Type(argument, generics));
        return made;
    }

    private static MethodReference Instance(MethodReference element, IEnumerable<TypeReference> arguments)
    {
        GenericInstanceMethod made = new(element);
        foreach (TypeReference argument in arguments)
            made.GenericArguments.Add(argument);
        return made.GenericArguments.Count == 0 ? element : made;
    }
}
