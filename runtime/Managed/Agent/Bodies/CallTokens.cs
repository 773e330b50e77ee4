using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Reflection;
using System.Reflection.Emit;

namespace HotpatchBuild.Agent.Bodies;

/// <summary>What a method's code calls (ECMA-335 III).</summary>
internal static class CallTokens
{
    private static readonly OperandType[] oneByte = new OperandType[256], twoBytes = new OperandType[256];

    static CallTokens()
    {
        // What is no instruction has no operand; code that was compiled has none of it.
        Array.Fill(oneByte, OperandType.InlineNone);
        Array.Fill(twoBytes, OperandType.InlineNone);
        foreach (var field in typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
            if (field.GetValue(null) is OpCode code)
                (code.Size == 1 ? oneByte : twoBytes)[code.Value & 0xFF] = code.OperandType;
    }

    /// <summary>The tokens of methods that code calls, in order.</summary>
    internal static List<int> Read(ReadOnlySpan<byte> code)
    {
        var tokens = new List<int>();
        while (!code.IsEmpty)
        {
            bool longer = code[0] == 0xFE && code.Length > 1;
            var operand = longer ? twoBytes[code[1]] : oneByte[code[0]];
            code = code[(longer ? 2 : 1)..];
            int size = operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch when code.Length >= 4 => (int)Math.Min(code.Length, 4L + 4L * BinaryPrimitives.ReadUInt32LittleEndian(code)),
                _ => 4,
            };
            if (size > code.Length)
                break;
            if (operand == OperandType.InlineMethod)
                tokens.Add(BinaryPrimitives.ReadInt32LittleEndian(code));
            code = code[size..];
        }
        return tokens;
    }
}
