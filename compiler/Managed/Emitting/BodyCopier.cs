using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Compiler.Managed.Linking;
using HotpatchBuild.Formats.Diagnostics;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Managed.Emitting;

/// <summary>Copies code. Every reference gets the form that it has in the new place; what cannot work there is refused at its source line.</summary>
internal sealed class BodyCopier(DeltaLinker linker, EmittedModule into)
{
    private readonly ReferenceMapper _mapper = linker.MapperOf(into);

    /// <summary>Copies a body and its sequence points.</summary>
    /// <param name="source">The new revision's method.</param>
    /// <param name="target">The copy, or the static method that holds the code.</param>
    /// <param name="generics">How its generic parameters are numbered there.</param>
    public void Copy(MethodDefinition source, MethodDefinition target, Generics generics)
    {
        if (source.HasBody)
            Copy(source, target, generics, 0, source.Body.Instructions.Count);
    }

    /// <summary>Copies a piece of a body that neither jumps out of it nor is jumped into; it may jump to what stands behind it, where the copy returns.</summary>
    /// <param name="source">The new revision's method.</param>
    /// <param name="target">The method that is made of it.</param>
    /// <param name="generics">How its generic parameters are numbered there.</param>
    /// <param name="first">Index of the first instruction.</param>
    /// <param name="count">Number of instructions.</param>
    public void Copy(MethodDefinition source, MethodDefinition target, Generics generics, int first, int count)
    {
        MethodBody from = source.Body, to = target.Body;
        to.InitLocals = from.InitLocals;
        to.MaxStackSize = from.MaxStackSize;
        foreach (VariableDefinition variable in from.Variables)
            to.Variables.Add(new VariableDefinition(_mapper.Type(variable.VariableType, generics)));

        Dictionary<Instruction, Instruction> places = new(from.Instructions.Count);
        bool grown = false;
        foreach (Instruction instruction in from.Instructions.Skip(first).Take(count))
        {
            int before = to.Instructions.Count;
            Emit(source, target, instruction, generics);
            places[instruction] = to.Instructions[before];
            grown |= to.Instructions.Count > before + 1;
        }
        if (first + count < from.Instructions.Count)
        {
            to.Instructions.Add(Instruction.Create(OpCodes.Ret));
            places[from.Instructions[first + count]] = to.Instructions[^1];
        }
        foreach (Instruction instruction in to.Instructions)
        {
            instruction.Operand = instruction.Operand switch
            {
                Instruction branch => places[branch],
                Instruction[] branches => branches.Select(b => places[b]).ToArray(),
                var other => other,
            };
            if (grown)
                instruction.OpCode = Long(instruction.OpCode);
        }
        foreach (ExceptionHandler handler in from.ExceptionHandlers.Where(h => places.ContainsKey(h.TryStart)))
        {
            to.ExceptionHandlers.Add(new ExceptionHandler(handler.HandlerType)
            {
                TryStart = At(handler.TryStart), TryEnd = At(handler.TryEnd), FilterStart = At(handler.FilterStart),
                HandlerStart = At(handler.HandlerStart), HandlerEnd = At(handler.HandlerEnd),
                CatchType = handler.CatchType is { } caught ? _mapper.Type(caught, generics) : null,
            });
        }
        CopySequencePoints(source, target, places);

        Instruction? At(Instruction? place) => place is null ? null : places[place];
    }

    private void Emit(MethodDefinition source, MethodDefinition target, Instruction instruction, Generics generics)
    {
        Mono.Collections.Generic.Collection<Instruction> code = target.Body.Instructions;
        OpCode opcode = instruction.OpCode;
        object? operand = instruction.Operand;
        if (opcode.Code == Code.Volatile && instruction.Next is { OpCode.Code: Code.Ldfld or Code.Stfld, Operand: FieldReference prefixed }
            && linker.Elements.Definition(prefixed) is { } isVolatile && linker.IsBeside(isVolatile))
        {
            // The method that stands for the field does it.
            Add(OpCodes.Nop, null);
            return;
        }
        switch (operand)
        {
            case ParameterDefinition parameter:
                operand = Parameter(source, target, parameter);
                break;
            case VariableDefinition variable:
                operand = target.Body.Variables[variable.Index];
                break;
            case CallSite site:
                operand = _mapper.CallSite(site, generics);
                break;
            case TypeReference type:
                operand = _mapper.Type(type, generics);
                break;
            case FieldReference beside when linker.Elements.Definition(beside) is { } added && linker.IsBeside(added):
                (opcode, operand) = Beside(source, instruction, beside, added, generics);
                break;
            case FieldReference field:
                operand = _mapper.Field(field, generics);
                break;
            case MethodReference called when linker.Elements.Definition(called) is { } definition:
                if (linker.IsHeld(definition))
                {
                    if (definition is { IsVirtual: true, DeclaringType.IsValueType: false } && opcode.Code is Code.Callvirt or Code.Ldvirtftn && instruction.Previous?.OpCode.Code != Code.Constrained)
                    {
                        // A delegate's object lies on the stack twice: one of them is what the slot is looked up in.
                        if (opcode.Code == Code.Ldvirtftn)
                            Add(OpCodes.Pop, null);
                        Add(opcode.Code == Code.Ldvirtftn ? OpCodes.Ldftn : OpCodes.Call, _mapper.Dispatcher(definition));
                        return;
                    }
                    opcode = OpcodeOfHeld(source, instruction, definition);
                    operand = instruction.OpCode.Code == Code.Newobj ? _mapper.Factory(called, definition, generics) : _mapper.Method(called, generics);
                    break;
                }
                operand = _mapper.Method(called, generics);
                break;
            case MethodReference { Name: "MemberwiseClone", DeclaringType.FullName: "System.Object" } when opcode.Code is Code.Call or Code.Callvirt && linker.ClonerFor(source) is { } cloner:
                opcode = OpCodes.Call;
                operand = _mapper.Cloner(cloner, AssemblyModel.WrittenType(source.DeclaringType), generics);
                break;
            case MethodReference called when StackCrawls.Find(called) is { } crawl:
                if (instruction.OpCode.Code == Code.Call && Replace(source, called, crawl, Add))
                    return;
                linker.Refuse(ManagedDiagnostics.StackCrawl, Where(source, instruction), NameOf(source), $"{called.DeclaringType.Name}.{called.Name}");
                operand = _mapper.Method(called, generics);
                break;
            case MethodReference called:
                operand = _mapper.Method(called, generics);
                break;
        }
        Add(opcode, operand);

        void Add(OpCode op, object? value)
        {
            Instruction made = Instruction.Create(OpCodes.Nop);
            (made.OpCode, made.Operand) = (op, value);
            code.Add(made);
        }
    }

    private (OpCode, object?) Beside(MethodDefinition source, Instruction instruction, FieldReference field, FieldDefinition definition, Generics generics)
    {
        switch (instruction.OpCode.Code)
        {
            case Code.Ldfld:
                return (OpCodes.Call, _mapper.Accessor(field, definition, a => a.Read, generics));
            case Code.Ldflda:
                return (OpCodes.Call, _mapper.Accessor(field, definition, a => a.Address, generics));
            case Code.Stfld:
                return (OpCodes.Call, _mapper.Accessor(field, definition, a => a.Write, generics));
            default:
                linker.Refuse(ManagedDiagnostics.AddedFieldUse, Where(source, instruction), NameOf(source), linker.Elements.AssemblyOf(definition).NewNames.Of(definition));
                return (OpCodes.Nop, null);
        }
    }

    // Calls that would find the patch assembly get what they found before.
    private bool Replace(MethodDefinition source, MethodReference called, StackCrawl crawl, Action<OpCode, object?> add)
    {
        switch (crawl)
        {
            case StackCrawl.ExecutingAssembly:
                add(OpCodes.Ldtoken, linker.TypeFor(OwnType(source), into));
                add(OpCodes.Call, WellKnown.GetTypeFromHandle(into));
                add(OpCodes.Callvirt, WellKnown.GetAssembly(into));
                return true;
            case StackCrawl.CurrentMethod when linker.Elements.OldOf(source) is { } old:
                add(OpCodes.Ldtoken, _mapper.Open(source, old.Name));
                add(OpCodes.Ldtoken, linker.TypeFor(source.DeclaringType, into));
                add(OpCodes.Call, WellKnown.GetMethodFromHandle(into));
                return true;
            case StackCrawl.TypeByName:
                for (int given = called.Parameters.Count; given < 3; given++)
                    add(OpCodes.Ldc_I4_0, null);
                add(OpCodes.Call, TypeFinder.In(into, linker.TypeFor(OwnType(source), into)));
                return true;
            default:
                return false;
        }
    }

    private OpCode OpcodeOfHeld(MethodDefinition source, Instruction instruction, MethodDefinition definition)
    {
        bool works = instruction.OpCode.Code switch
        {
            Code.Newobj => true,
            Code.Call or Code.Callvirt => instruction.Previous?.OpCode.Code != Code.Constrained,
            // A delegate on a static method can keep its first argument, but not a struct's address.
            Code.Ldftn => definition.IsStatic || !definition.DeclaringType.IsValueType,
            Code.Ldtoken => definition.IsStatic,
            _ => false,
        };
        if (!works)
        {
            linker.Refuse(
                instruction.OpCode.Code == Code.Ldftn ? ManagedDiagnostics.DelegateOnAddedStructMember : ManagedDiagnostics.AddedMemberUse,
                Where(source, instruction), NameOf(source), NameOf(definition));
        }
        return instruction.OpCode.Code is Code.Newobj or Code.Callvirt ? OpCodes.Call : instruction.OpCode;
    }

    /// <summary>The type of the baseline's assembly that code belongs to, as far as a running process can tell.</summary>
    private TypeDefinition OwnType(MethodDefinition source)
    {
        for (TypeDefinition? type = source.DeclaringType; type is not null; type = type.DeclaringType)
        {
            if (linker.Elements.OldOf(type) is not null)
                return type;
        }
        return linker.Elements.AssemblyOf(source).New.Types.First(t => t is { IsNested: false, HasGenericParameters: false, Name: not "<Module>" } && linker.Elements.OldOf(t) is not null);
    }

    private static ParameterDefinition Parameter(MethodDefinition source, MethodDefinition target, ParameterDefinition parameter)
    {
        bool moved = source.HasThis && !target.HasThis;
        if (parameter == source.Body.ThisParameter)
            return moved ? target.Parameters[0] : target.Body.ThisParameter;
        return target.Parameters[parameter.Index + (moved ? 1 : 0)];
    }

    private void CopySequencePoints(MethodDefinition source, MethodDefinition target, Dictionary<Instruction, Instruction> places)
    {
        Dictionary<int, Instruction> byOffset = places.ToDictionary(p => p.Key.Offset, p => p.Value);
        Dictionary<Instruction, SequencePoint> last = [];
        foreach (SequencePoint point in linker.Elements.AssemblyOf(source).SequencePointsOf(source))
        {
            if (byOffset.TryGetValue(point.Offset, out Instruction? place))
                last[place] = point;
        }
        // What has been left out leads to the instruction behind it, which has a point of its own. Two points at one offset must not be: a reader takes a distance
        // of nothing for a change of the document, and what follows for something else (Portable PDB specification, sequence points blob).
        foreach ((Instruction place, SequencePoint point) in last.OrderBy(p => p.Value.Offset))
        {
            target.DebugInformation.SequencePoints.Add(new SequencePoint(place, into.Document(point.Document))
            {
                StartLine = point.StartLine, StartColumn = point.StartColumn, EndLine = point.EndLine, EndColumn = point.EndColumn,
            });
        }
    }

    private SourceLocation? Where(MethodDefinition source, Instruction instruction) =>
        linker.Elements.AssemblyOf(source).New.Source.OfInstruction(source.MetadataToken.ToInt32(), instruction.Offset);

    private string NameOf(MethodDefinition method) => linker.Elements.AssemblyOf(method).NewNames.Of(method);

    // A branch that was near enough may not be any more.
    private static OpCode Long(OpCode opcode) => opcode.Code switch
    {
        Code.Br_S => OpCodes.Br,
        Code.Brfalse_S => OpCodes.Brfalse,
        Code.Brtrue_S => OpCodes.Brtrue,
        Code.Beq_S => OpCodes.Beq,
        Code.Bge_S => OpCodes.Bge,
        Code.Bgt_S => OpCodes.Bgt,
        Code.Ble_S => OpCodes.Ble,
        Code.Blt_S => OpCodes.Blt,
        Code.Bne_Un_S => OpCodes.Bne_Un,
        Code.Bge_Un_S => OpCodes.Bge_Un,
        Code.Bgt_Un_S => OpCodes.Bgt_Un,
        Code.Ble_Un_S => OpCodes.Ble_Un,
        Code.Blt_Un_S => OpCodes.Blt_Un,
        Code.Leave_S => OpCodes.Leave,
        _ => opcode,
    };
}
