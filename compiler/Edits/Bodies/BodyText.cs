using System.Globalization;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>A method body as lines of text, one per local, instruction and exception clause. Equal texts mean equal code: operands by meaning,
/// branch targets by index, long and short forms alike; no offsets, tokens, names of locals or stack depth.</summary>
internal static class BodyText
{
    /// <summary>The lines of a body; none for a method without one.</summary>
    public static List<string> Of(MethodDefinition method, MetadataText text)
    {
        var lines = new List<string>();
        if (!method.HasBody) return lines;
        var body = method.Body;
        if (body.InitLocals && body.HasVariables) lines.Add(".init");
        foreach (var local in body.Variables) lines.Add($".local {text.Type(local.VariableType)}");

        var index = new Dictionary<Instruction, int>(body.Instructions.Count);
        foreach (var instruction in body.Instructions) index[instruction] = index.Count;
        int At(Instruction? instruction) => instruction is null ? index.Count : index[instruction];

        foreach (var instruction in body.Instructions) lines.Add(Line(instruction, method, text, At));
        foreach (var clause in body.ExceptionHandlers)
            lines.Add(string.Create(CultureInfo.InvariantCulture,
                $".try {At(clause.TryStart)}-{At(clause.TryEnd)} {clause.HandlerType} {At(clause.HandlerStart)}-{At(clause.HandlerEnd)} {(clause.FilterStart is null ? "" : At(clause.FilterStart))} {(clause.CatchType is null ? "" : text.Type(clause.CatchType))}"));
        return lines;
    }

    /// <summary>The lines of a body's instructions.</summary>
    /// <param name="method">The method.</param>
    /// <param name="text">Writes the operands.</param>
    /// <param name="at">The place of a jump's target.</param>
    public static Dictionary<Instruction, string> Instructions(MethodDefinition method, MetadataText text, Func<Instruction?, int> at) =>
        method.Body.Instructions.ToDictionary(i => i, i => Line(i, method, text, at));

    /// <summary>The number that an instruction loads; null where it is no <c>ldc.i4</c>.</summary>
    public static int? Constant(Instruction instruction) => instruction.OpCode.Code switch
    {
        Code.Ldc_I4_M1 => -1,
        Code.Ldc_I4_0 => 0,
        Code.Ldc_I4_1 => 1,
        Code.Ldc_I4_2 => 2,
        Code.Ldc_I4_3 => 3,
        Code.Ldc_I4_4 => 4,
        Code.Ldc_I4_5 => 5,
        Code.Ldc_I4_6 => 6,
        Code.Ldc_I4_7 => 7,
        Code.Ldc_I4_8 => 8,
        Code.Ldc_I4_S => (sbyte)instruction.Operand,
        Code.Ldc_I4 => (int)instruction.Operand,
        _ => null,
    };

    /// <summary>The local variable that an instruction uses; null where it uses none.</summary>
    public static VariableDefinition? Local(Instruction instruction, MethodBody body) => instruction.OpCode.Code switch
    {
        Code.Ldloc_0 or Code.Stloc_0 => body.Variables[0],
        Code.Ldloc_1 or Code.Stloc_1 => body.Variables[1],
        Code.Ldloc_2 or Code.Stloc_2 => body.Variables[2],
        Code.Ldloc_3 or Code.Stloc_3 => body.Variables[3],
        _ => instruction.Operand as VariableDefinition,
    };

    private static string Line(Instruction instruction, MethodDefinition method, MetadataText text, Func<Instruction?, int> at)
    {
        if (Constant(instruction) is { } constant) return string.Create(CultureInfo.InvariantCulture, $"ldc.i4 {constant}");
        var name = instruction.OpCode.Name;
        switch (instruction.OpCode.Code)
        {
            case Code.Ldarg_0 or Code.Ldarg_1 or Code.Ldarg_2 or Code.Ldarg_3:
                return $"ldarg {name[^1]}";
            case Code.Ldloc_0 or Code.Ldloc_1 or Code.Ldloc_2 or Code.Ldloc_3:
                return $"ldloc {name[^1]}";
            case Code.Stloc_0 or Code.Stloc_1 or Code.Stloc_2 or Code.Stloc_3:
                return $"stloc {name[^1]}";
        }
        if (name.EndsWith(".s", StringComparison.Ordinal)) name = name[..^2];
        return instruction.Operand switch
        {
            null => name,
            Instruction target => string.Create(CultureInfo.InvariantCulture, $"{name} @{at(target)}"),
            Instruction[] targets => $"{name} @{string.Join(",@", targets.Select(t => at(t)))}",
            VariableDefinition local => string.Create(CultureInfo.InvariantCulture, $"{name} {local.Index}"),
            ParameterDefinition parameter => string.Create(CultureInfo.InvariantCulture, $"{name} {(parameter == method.Body.ThisParameter ? 0 : parameter.Sequence)}"),
            string literal => $"{name} \"{literal}\"",
            float number => string.Create(CultureInfo.InvariantCulture, $"{name} {BitConverter.SingleToUInt32Bits(number):x8}"),
            double number => string.Create(CultureInfo.InvariantCulture, $"{name} {BitConverter.DoubleToUInt64Bits(number):x16}"),
            // ldtoken of a generic definition and of its instance over its own parameters differ; both texts keep that apart.
            MethodReference called => $"{name} {text.Method(called)}",
            FieldReference field => $"{name} {text.Field(field)}",
            TypeReference type => $"{name} {text.Type(type)}",
            CallSite site => $"{name} {text.CallSite(site)}",
            IFormattable number => $"{name} {number.ToString(null, CultureInfo.InvariantCulture)}",
            var other => throw new BadImageFormatException($"Operand {other.GetType().Name} of {name} is not known."),
        };
    }
}
