using Mono.Cecil;
using Mono.Cecil.Cil;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Finds the source lines of elements.</summary>
internal sealed class Locations(AssemblyModel model)
{
    /// <summary>The lines of any element; null where the symbols have none.</summary>
    public SourceLines? Of(IMemberDefinition element) => element switch
    {
        TypeDefinition type => OfType(type),
        MethodDefinition method => OfMethod(method) ?? OfType(method.DeclaringType),
        FieldDefinition field => OfInitialiser(field) ?? OfType(AssemblyModel.WrittenType(field.DeclaringType)),
        PropertyDefinition property => Accessor(property.GetMethod) ?? Accessor(property.SetMethod) ?? OfType(property.DeclaringType),
        EventDefinition @event => Accessor(@event.AddMethod) ?? OfType(@event.DeclaringType),
        _ => null,
    };

    private SourceLines? Accessor(MethodDefinition? method) => method is null ? null : OfMethod(method);

    private SourceLines? OfMethod(MethodDefinition method)
    {
        if (model.Source.OfMethod(method.MetadataToken.ToInt32()) is { } own) return own;
        // The lines of an async method or iterator are those of its state machine's MoveNext.
        if (model.StateMachine(method) is { } machine)
            foreach (var inner in machine.Methods)
                if (model.Source.OfMethod(inner.MetadataToken.ToInt32()) is { } lines) return lines;
        return AssemblyModel.Generated(method.DeclaringType).Kind == GeneratedKind.StateMachine && model.Kickoff(method.DeclaringType) is { } kickoff && kickoff.DeclaringType != method.DeclaringType
            ? method.DeclaringType.Methods.Select(m => model.Source.OfMethod(m.MetadataToken.ToInt32())).FirstOrDefault(l => l is not null)
            : null;
    }

    /// <summary>A type begins where its first member begins.</summary>
    private SourceLines? OfType(TypeDefinition type)
    {
        SourceLines? first = null;
        int last = 0;
        foreach (var method in type.Methods.Concat(type.NestedTypes.SelectMany(t => t.Methods)))
        {
            if (model.Source.OfMethod(method.MetadataToken.ToInt32()) is not { } lines) continue;
            if (first is null || lines.Where.File == first.Value.Where.File && lines.FirstLine < first.Value.FirstLine) first = lines;
            if (lines.Where.File == first.Value.Where.File) last = Math.Max(last, lines.LastLine);
        }
        if (first is { } found) return found with { LastLine = last };
        if (model.Source.FileOfType(type.MetadataToken.ToInt32()) is { } file) return new(new SourceLocation(file, 1), 0, 0);
        if (AssemblyModel.Generated(type).Kind != GeneratedKind.None && model.Owners(type) is [var owner, ..]) return OfMethod(owner);
        return type.DeclaringType is { } outer ? OfType(outer) : null;
    }

    private SourceLines? OfInitialiser(FieldDefinition field)
    {
        if (AssemblyModel.Generated(field).Kind == GeneratedKind.LambdaCache && model.CachedLambda(field) is { } lambda) return OfMethod(lambda);
        foreach (var constructor in field.DeclaringType.Methods.Where(m => m is { IsConstructor: true, HasBody: true }))
        {
            foreach (var instruction in constructor.Body.Instructions)
            {
                if (instruction.OpCode.Code is not (Code.Stfld or Code.Stsfld) || instruction.Operand is not FieldReference written || Definitions.Of(written) != field) continue;
                if (model.Source.OfInstruction(constructor.MetadataToken.ToInt32(), instruction.Offset) is { } where)
                    return new(where, where.Line, where.EndLine);
            }
        }
        return null;
    }
}
