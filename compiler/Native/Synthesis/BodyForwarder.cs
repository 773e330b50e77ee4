using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Native.Synthesis;

/// <summary>
/// Rewrites an assembly of the baseline: a changed method calls the static method that holds its new code. The old code stays as a method of its own, which nothing calls: with
/// everything that it needs it is still part of the program, as it is of the process, so that what is laid out by use stays where it is.
/// </summary>
internal sealed class BodyForwarder
{
    private const string OldPrefix = "<hotpatch-baseline>";

    private readonly ModuleDefinition _module;
    private readonly Dictionary<(IMetadataScope Scope, string Name), TypeReference> _holders = [];

    /// <param name="module">The baseline's module, to be written when all is done.</param>
    public BodyForwarder(ModuleDefinition module) => _module = module;

    /// <summary>Makes a method call its holder.</summary>
    /// <param name="method">A method of the module.</param>
    /// <param name="holder">The static method: <c>this</c> comes first, by reference for structs, and generic parameters of type and method follow one another.</param>
    public void Forward(MethodDefinition method, MethodDefinition holder)
    {
        KeepOldCode(method);
        // Whoever had it inlined is patched already, because it is another function now; nobody else needs to be.
        method.ImplAttributes = (method.ImplAttributes & ~MethodImplAttributes.AggressiveInlining) | MethodImplAttributes.NoInlining;
        method.Body = new MethodBody(method);
        ILProcessor code = method.Body.GetILProcessor();
        if (method.HasThis)
            code.Emit(OpCodes.Ldarg_0);
        foreach (ParameterDefinition parameter in method.Parameters)
            code.Emit(OpCodes.Ldarg, parameter);
        code.Emit(OpCodes.Call, Reference(method, holder));
        code.Emit(OpCodes.Ret);
    }

    private void KeepOldCode(MethodDefinition method)
    {
        MethodAttributes attributes = MethodAttributes.Private | MethodAttributes.HideBySig | (method.Attributes & MethodAttributes.Static);
        MethodDefinition old = new(OldPrefix + method.Name.Replace('.', '-'), attributes, method.ReturnType)
        {
            ImplAttributes = method.ImplAttributes, CallingConvention = method.CallingConvention, ExplicitThis = method.ExplicitThis,
        };
        foreach (GenericParameter parameter in method.GenericParameters)
        {
            GenericParameter copy = new(parameter.Name, old) { Attributes = parameter.Attributes };
            foreach (GenericParameterConstraint constraint in parameter.Constraints)
                copy.Constraints.Add(new GenericParameterConstraint(constraint.ConstraintType));
            old.GenericParameters.Add(copy);
        }
        foreach (ParameterDefinition parameter in method.Parameters)
            old.Parameters.Add(new ParameterDefinition(parameter.Name, parameter.Attributes & (ParameterAttributes.In | ParameterAttributes.Out), parameter.ParameterType));
        MoveBody(method, old);
        method.DeclaringType.Methods.Add(old);
    }

    // Generic parameters are written by number, so those of the one method will do in the other.
    private static void MoveBody(MethodDefinition from, MethodDefinition to)
    {
        MethodBody source = from.Body, target = to.Body;
        target.InitLocals = source.InitLocals;
        target.MaxStackSize = source.MaxStackSize;
        foreach (VariableDefinition variable in source.Variables)
            target.Variables.Add(new VariableDefinition(variable.VariableType));
        foreach (Instruction instruction in source.Instructions)
        {
            instruction.Operand = instruction.Operand switch
            {
                ParameterDefinition parameter => parameter == source.ThisParameter ? target.ThisParameter : to.Parameters[parameter.Index],
                VariableDefinition variable => target.Variables[variable.Index],
                var other => other,
            };
            target.Instructions.Add(instruction);
        }
        foreach (ExceptionHandler handler in source.ExceptionHandlers)
            target.ExceptionHandlers.Add(handler);
    }

    private MethodReference Reference(MethodDefinition method, MethodDefinition holder)
    {
        MethodReference made = new(holder.Name, _module.TypeSystem.Void, Holder(holder.DeclaringType));
        foreach (GenericParameter parameter in holder.GenericParameters)
            made.GenericParameters.Add(new GenericParameter(parameter.Name, made));
        TypeDefinition type = method.DeclaringType;
        if (method.HasThis)
        {
            TypeReference self = type;
            if (type.HasGenericParameters)
            {
                GenericInstanceType instance = new(type);
                foreach (GenericParameter parameter in type.GenericParameters)
                    instance.GenericArguments.Add(made.GenericParameters[parameter.Position]);
                self = instance;
            }
            made.Parameters.Add(new ParameterDefinition(type.IsValueType ? new ByReferenceType(self) : self));
        }
        foreach (ParameterDefinition parameter in method.Parameters)
            made.Parameters.Add(new ParameterDefinition(InHolder(parameter.ParameterType)));
        made.ReturnType = InHolder(method.ReturnType);
        if (!made.HasGenericParameters)
            return made;
        GenericInstanceMethod call = new(made);
        foreach (GenericParameter parameter in type.GenericParameters.Concat(method.GenericParameters))
            call.GenericArguments.Add(parameter);
        return call;

        TypeReference InHolder(TypeReference source) => source switch
        {
            GenericParameter { Type: GenericParameterType.Type } parameter => made.GenericParameters[parameter.Position],
            GenericParameter parameter => made.GenericParameters[type.GenericParameters.Count + parameter.Position],
            GenericInstanceType instance => Instance(instance),
            ArrayType { IsVector: true } vector => new ArrayType(InHolder(vector.ElementType)),
            ArrayType array => Array(array),
            ByReferenceType reference => new ByReferenceType(InHolder(reference.ElementType)),
            PointerType pointer => new PointerType(InHolder(pointer.ElementType)),
            RequiredModifierType required => new RequiredModifierType(InHolder(required.ModifierType), InHolder(required.ElementType)),
            OptionalModifierType optional => new OptionalModifierType(InHolder(optional.ModifierType), InHolder(optional.ElementType)),
            FunctionPointerType function => Function(function),
            TypeSpecification other => throw new NotSupportedException($"{other.FullName} in the signature of {method.FullName}"),
            _ => source,
        };

        TypeReference Instance(GenericInstanceType source)
        {
            GenericInstanceType instance = new(source.ElementType) { IsValueType = source.IsValueType };
            foreach (TypeReference argument in source.GenericArguments)
                instance.GenericArguments.Add(InHolder(argument));
            return instance;
        }

        TypeReference Array(ArrayType source)
        {
            ArrayType array = new(InHolder(source.ElementType), source.Rank);
            for (int i = 0; i < source.Rank; i++)
                array.Dimensions[i] = source.Dimensions[i];
            return array;
        }

        TypeReference Function(FunctionPointerType source)
        {
            FunctionPointerType function = new()
            {
                HasThis = source.HasThis, ExplicitThis = source.ExplicitThis, CallingConvention = source.CallingConvention, ReturnType = InHolder(source.ReturnType),
            };
            foreach (ParameterDefinition parameter in source.Parameters)
                function.Parameters.Add(new ParameterDefinition(InHolder(parameter.ParameterType)));
            return function;
        }
    }

    private TypeReference Holder(TypeDefinition holder)
    {
        AssemblyNameDefinition name = holder.Module.Assembly.Name;
        AssemblyNameReference? scope = _module.AssemblyReferences.FirstOrDefault(r => r.Name == name.Name);
        if (scope is null)
            _module.AssemblyReferences.Add(scope = new AssemblyNameReference(name.Name, name.Version));
        if (!_holders.TryGetValue((scope, holder.FullName), out TypeReference? known))
            _holders[(scope, holder.FullName)] = known = new TypeReference(holder.Namespace, holder.Name, _module, scope);
        return known;
    }
}
