using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Compiler.Managed.Linking;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Managed.Emitting;

/// <summary>Copies custom attributes. Their bytes stay as they are unless they name a type of a changed assembly.</summary>
internal sealed class AttributeCopier(DeltaLinker linker, EmittedModule into)
{
    private readonly ReferenceMapper _mapper = linker.MapperOf(into);

    /// <summary>Copies the attributes of an element.</summary>
    /// <param name="source">The element.</param>
    /// <param name="target">Its copy.</param>
    /// <param name="which">Which attributes; null for all.</param>
    public void Copy(ICustomAttributeProvider source, ICustomAttributeProvider target, Func<TypeReference, bool>? which = null)
    {
        if (!source.HasCustomAttributes)
            return;
        foreach (CustomAttribute attribute in source.CustomAttributes)
        {
            // Read here, and of no use in the process.
            if (TransitionMethod.IsAttribute(attribute.AttributeType))
                continue;
            if (which is null || which(attribute.AttributeType))
                target.CustomAttributes.Add(Copy(attribute));
        }
    }

    private CustomAttribute Copy(CustomAttribute source)
    {
        MethodReference constructor = _mapper.Method(source.Constructor, Generics.Same);
        if (!NamesOwnType(source))
            return new CustomAttribute(constructor, source.GetBlob());
        CustomAttribute made = new(constructor);
        foreach (CustomAttributeArgument argument in source.ConstructorArguments)
            made.ConstructorArguments.Add(Argument(argument));
        foreach (Mono.Cecil.CustomAttributeNamedArgument argument in source.Fields)
            made.Fields.Add(new Mono.Cecil.CustomAttributeNamedArgument(argument.Name, Argument(argument.Argument)));
        foreach (Mono.Cecil.CustomAttributeNamedArgument argument in source.Properties)
            made.Properties.Add(new Mono.Cecil.CustomAttributeNamedArgument(argument.Name, Argument(argument.Argument)));
        return made;
    }

    private bool NamesOwnType(CustomAttribute attribute)
    {
        try
        {
            return attribute.HasConstructorArguments && attribute.ConstructorArguments.Any(Names)
                || attribute.Fields.Concat(attribute.Properties).Any(a => Names(a.Argument));
        }
        catch (AssemblyResolutionException)
        {
            // An enumeration of another assembly, whose size only that assembly tells.
            return false;
        }
    }

    private bool Names(CustomAttributeArgument argument) => argument.Value switch
    {
        TypeReference type => Mentions(type),
        CustomAttributeArgument boxed => Names(boxed),
        CustomAttributeArgument[] many => many.Any(Names),
        _ => linker.Elements.Definition(argument.Type) is not null,
    };

    private bool Mentions(TypeReference type) => type switch
    {
        GenericInstanceType instance => Mentions(instance.ElementType) || instance.GenericArguments.Any(Mentions),
        TypeSpecification specification => Mentions(specification.ElementType),
        _ => linker.Elements.Definition(type) is not null,
    };

    private CustomAttributeArgument Argument(CustomAttributeArgument source) => new(_mapper.Type(source.Type, Generics.Same), source.Value switch
    {
        TypeReference type => _mapper.Type(type, Generics.Same),
        CustomAttributeArgument boxed => Argument(boxed),
        CustomAttributeArgument[] many => many.Select(Argument).ToArray(),
        var value => value,
    });
}
