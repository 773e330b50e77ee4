using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Compiler.Managed.Linking;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Managed.Emitting;

/// <summary>Makes static methods out of methods of types that exist.</summary>
internal sealed class HolderMaker(DeltaLinker linker, EmittedModule module)
{
    // What tools and the runtime's stack traces read. The others are the baseline's to have: the method itself stays there.
    private static readonly HashSet<string> KeptAttributes = new(StringComparer.Ordinal)
    {
        "System.Runtime.CompilerServices.AsyncStateMachineAttribute", "System.Runtime.CompilerServices.IteratorStateMachineAttribute",
        "System.Runtime.CompilerServices.AsyncIteratorStateMachineAttribute", "System.Diagnostics.StackTraceHiddenAttribute",
        "System.Diagnostics.DebuggerHiddenAttribute", "System.Diagnostics.DebuggerStepThroughAttribute",
    };

    private readonly ReferenceMapper _mapper = linker.MapperOf(module);

    /// <summary>Fills a holder.</summary>
    /// <param name="source">The method whose code it holds, redirected or added.</param>
    /// <param name="holder">The holder, which has its name.</param>
    public void Fill(MethodDefinition source, MethodDefinition holder)
    {
        ChangedAssembly assembly = linker.Elements.AssemblyOf(source);
        Generics generics = Generics.OfHolder(source);
        CopyParameters(source, holder, generics);
        bool added = assembly.OldOf(source) is null;
        if (source.IsPInvokeImpl)
            linker.Refuse(ManagedDiagnostics.AddedImport, assembly.Lines.Of(source)?.Where, assembly.NewNames.Of(source));
        if (added && source.IsSynchronized)
            linker.Refuse(ManagedDiagnostics.AddedSynchronized, assembly.Lines.Of(source)?.Where, assembly.NewNames.Of(source));
        if (source.CallingConvention == MethodCallingConvention.VarArg)
            linker.Refuse(ManagedDiagnostics.VariableArguments, assembly.Lines.Of(source)?.Where, assembly.NewNames.Of(source));
        if (source.HasThis)
        {
            TypeReference self = _mapper.ThisType(source.DeclaringType);
            holder.Parameters.Add(new ParameterDefinition("this", ParameterAttributes.None, source.DeclaringType.IsValueType ? new ByReferenceType(self) : self));
        }
        AddParameters(source, holder, generics);
        holder.ReturnType = _mapper.Type(source.ReturnType, generics);
        linker.Later(() =>
        {
            new AttributeCopier(linker, module).Copy(source, holder, a => added || KeptAttributes.Contains(a.FullName));
            new BodyCopier(linker, module).Copy(source, holder, generics);
            if (source is { IsConstructor: true, IsStatic: false, DeclaringType.IsValueType: false })
                BeginFields(source, holder, generics);
            // A call of an added instance method was a virtual one, which throws where there is no object.
            if (added && source is { HasThis: true, IsConstructor: false, DeclaringType.IsValueType: false } && AssemblyModel.Generated(source).Kind == GeneratedKind.None)
                RequireThis(holder);
        });
    }

    /// <summary>Fills the method that makes an object and runs an added constructor on it.</summary>
    public void FillFactory(MethodDefinition constructor, MethodDefinition factory)
    {
        Generics generics = Generics.OfHolder(constructor);
        CopyParameters(constructor, factory, generics);
        TypeReference type = _mapper.ThisType(constructor.DeclaringType);
        AddParameters(constructor, factory, generics);
        factory.ReturnType = type;
        linker.Later(() =>
        {
            ILProcessor code = factory.Body.GetILProcessor();
            VariableDefinition made = new(type);
            factory.Body.Variables.Add(made);
            factory.Body.InitLocals = true;
            bool isStruct = constructor.DeclaringType.IsValueType;
            if (!isStruct)
            {
                code.Emit(OpCodes.Ldtoken, type);
                code.Emit(OpCodes.Call, WellKnown.GetTypeFromHandle(module));
                code.Emit(OpCodes.Call, WellKnown.GetUninitializedObject(module));
                code.Emit(OpCodes.Castclass, type);
                code.Emit(OpCodes.Stloc, made);
            }
            code.Emit(isStruct ? OpCodes.Ldloca : OpCodes.Ldloc, made);
            foreach (ParameterDefinition parameter in factory.Parameters)
                code.Emit(OpCodes.Ldarg, parameter);
            MethodReference holder = linker.Holder(constructor).Definition;
            if (factory.HasGenericParameters)
            {
                GenericInstanceMethod instance = new(holder);
                for (int i = 0; i < factory.GenericParameters.Count; i++)
                    instance.GenericArguments.Add(module.MethodParameter(i));
                holder = instance;
            }
            code.Emit(OpCodes.Call, holder);
            code.Emit(OpCodes.Ldloc, made);
            code.Emit(OpCodes.Ret);
        });
    }

    /// <summary>Fills the method that looks at an object's type and calls the method that a virtual or interface member means for it.</summary>
    /// <param name="root">The member.</param>
    /// <param name="dispatcher">The method, which has its name.</param>
    /// <param name="implementations">The methods that override or implement it, those of derived types before those of their bases.</param>
    public void FillDispatcher(MethodDefinition root, MethodDefinition dispatcher, IReadOnlyList<MethodDefinition> implementations)
    {
        dispatcher.Parameters.Add(new ParameterDefinition("this", ParameterAttributes.None, _mapper.ThisType(root.DeclaringType)));
        AddParameters(root, dispatcher, Generics.Same);
        dispatcher.ReturnType = _mapper.Type(root.ReturnType, Generics.Same);
        linker.Later(() =>
        {
            ILProcessor code = dispatcher.Body.GetILProcessor();
            foreach (MethodDefinition implementation in implementations)
            {
                Instruction next = code.Create(OpCodes.Nop);
                TypeReference type = linker.TypeFor(implementation.DeclaringType, module);
                code.Emit(OpCodes.Ldarg_0);
                code.Emit(OpCodes.Isinst, type);
                code.Emit(OpCodes.Brfalse, next);
                code.Emit(OpCodes.Ldarg_0);
                code.Emit(OpCodes.Castclass, type);
                Call(implementation, dispatched: root.DeclaringType.IsInterface && !implementation.IsFinal);
                code.Append(next);
            }
            if (root.HasBody)
            {
                code.Emit(OpCodes.Ldarg_0);
                Call(root, dispatched: false);
                return;
            }
            // No object, or one of a type that this program cannot have.
            code.Emit(OpCodes.Ldarg_0);
            code.Emit(OpCodes.Callvirt, WellKnown.GetTypeOfObject(module));
            code.Emit(OpCodes.Pop);
            code.Emit(OpCodes.Newobj, new MethodReference(".ctor", module.Module.TypeSystem.Void, module.Core("System", "MissingMethodException")) { HasThis = true });
            code.Emit(OpCodes.Throw);

            void Call(MethodDefinition method, bool dispatched)
            {
                foreach (ParameterDefinition parameter in dispatcher.Parameters.Skip(1))
                    code.Emit(OpCodes.Ldarg, parameter);
                if (!linker.IsHeld(method))
                    code.Emit(OpCodes.Callvirt, _mapper.Method(method, Generics.Same));
                else if (dispatched)
                    code.Emit(OpCodes.Call, linker.Dispatcher(method).Definition);
                else
                    code.Emit(OpCodes.Call, linker.Holder(method).Definition);
                code.Emit(OpCodes.Ret);
            }
        });
    }

    /// <summary>Copies generic parameters: a type's, or a method's with those of its declaring type in front where that becomes part of the method.</summary>
    public void CopyParameters(IGenericParameterProvider source, IGenericParameterProvider target, Generics generics)
    {
        List<GenericParameter> all = [.. source.GenericParameters];
        if (generics.Arity is not null && source is MethodDefinition { DeclaringType: var type })
            all.InsertRange(0, type.GenericParameters);
        foreach (GenericParameter parameter in all)
        {
            GenericParameter made = new(parameter.Name, target) { Attributes = parameter.Attributes };
            // Only those of interfaces and delegates vary.
            if (target is MethodDefinition)
                made.Attributes &= ~GenericParameterAttributes.VarianceMask;
            target.GenericParameters.Add(made);
        }
        // Constraints may name parameters that come later.
        for (int i = 0; i < all.Count; i++)
        {
            foreach (GenericParameterConstraint constraint in all[i].Constraints)
                target.GenericParameters[i].Constraints.Add(new GenericParameterConstraint(_mapper.Type(constraint.ConstraintType, generics)));
            (GenericParameter from, GenericParameter to) = (all[i], target.GenericParameters[i]);
            linker.Later(() => new AttributeCopier(linker, module).Copy(from, to, a => a.FullName == "System.Runtime.CompilerServices.IsUnmanagedAttribute"));
        }
    }

    private void AddParameters(MethodDefinition source, MethodDefinition target, Generics generics)
    {
        foreach (ParameterDefinition parameter in source.Parameters)
            target.Parameters.Add(new ParameterDefinition(parameter.Name, parameter.Attributes & (ParameterAttributes.In | ParameterAttributes.Out), _mapper.Type(parameter.ParameterType, generics)));
    }

    // Until the constructor's own code sets an added field, the field has its type's default: without a value, reading it would give what objects from before have. What
    // reads it so early is the constructor itself, or an override that the constructor of the base class calls.
    private void BeginFields(MethodDefinition constructor, MethodDefinition holder, Generics generics)
    {
        ChangedAssembly assembly = linker.Elements.AssemblyOf(constructor);
        TypeDefinition type = constructor.DeclaringType;
        Instruction? parent = constructor.Body.Instructions.FirstOrDefault(i => i.OpCode.Code == Code.Call && i.Operand is MethodReference { Name: ".ctor" } called
            && called.DeclaringType.GetElementType().FullName == type.BaseType?.GetElementType().FullName);
        // With another constructor of its own class that one begins; without a call of the base class there is nothing in front of the first write.
        if (parent is null)
            return;
        ILProcessor code = holder.Body.GetILProcessor();
        Instruction first = holder.Body.Instructions[0];
        foreach (FieldDefinition field in type.Fields.Where(f => linker.IsBeside(f) && assembly.InitialiserOf(f) is not null))
        {
            // Initialisers run before anybody can see the object.
            if (constructor.Body.Instructions.TakeWhile(i => i != parent).Any(i => i.OpCode.Code == Code.Stfld && Definitions.Of((FieldReference)i.Operand) == field))
                continue;
            VariableDefinition none = new(_mapper.Type(FieldBesideMaker.Plain(field.FieldType), generics));
            holder.Body.Variables.Add(none);
            holder.Body.InitLocals = true;
            GenericInstanceType? self = null;
            if (type.HasGenericParameters)
            {
                self = new GenericInstanceType(type);
                foreach (GenericParameter parameter in type.GenericParameters)
                    self.GenericArguments.Add(parameter);
            }
            code.InsertBefore(first, code.Create(OpCodes.Ldarg_0));
            code.InsertBefore(first, code.Create(OpCodes.Ldloc, none));
            code.InsertBefore(first, code.Create(OpCodes.Call, _mapper.Accessor(new FieldReference(field.Name, field.FieldType, (TypeReference?)self ?? type), field, a => a.Write, generics)));
        }
    }

    private void RequireThis(MethodDefinition holder)
    {
        if (!holder.HasBody)
            return;
        ILProcessor code = holder.Body.GetILProcessor();
        Instruction first = holder.Body.Instructions[0];
        code.InsertBefore(first, code.Create(OpCodes.Ldarg_0));
        code.InsertBefore(first, code.Create(OpCodes.Callvirt, WellKnown.GetTypeOfObject(module)));
        code.InsertBefore(first, code.Create(OpCodes.Pop));
    }
}
