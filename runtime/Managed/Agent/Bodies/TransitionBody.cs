using System;
using System.Buffers.Binary;
using System.IO;

namespace HotpatchBuild.Agent.Bodies;

/// <summary>
/// IL of a method between two states: it reads its transition's gate and does the one thing while the gate is 0, and the other thing when it is 1. Where the transition runs code of
/// the delta, the gate holds while it is 2: calls wait for another value, but those of the thread that runs this code.
/// Method headers and sections are those of ECMA-335 II.25.4.
/// </summary>
internal static class TransitionBody
{
    /// <summary>What the gate is read with is one instruction sequence of this many bytes, the branch included.</summary>
    internal const int GateLength = 18;

    /// <summary>What is in between the read and the branch where the gate can hold.</summary>
    internal const int HoldLength = 43;

    private const int ReadLength = 13; // of the gate's first part

    // Stack slots: a gate's value; that of one that can hold twice, with what it is compared with. The JIT takes a body that needs more than it says for invalid (importer.cpp, impPushOnStack).
    private const int GateStack = 1, HoldStack = 3;

    private const int FatHeader = 12, FatClause = 24, SmallClause = 12;
    private const byte TinyFormat = 2, FatFormat = 3, MoreSections = 8, InitLocals = 16;
    private const byte ExceptionTable = 1, FatSection = 0x40, FurtherSection = 0x80;
    private const int FilterClause = 1;

    /// <summary>Builds a body.</summary>
    /// <param name="original">The method's original header, code and sections.</param>
    /// <param name="gate">Address of the gate.</param>
    /// <param name="closed">What is done while the gate is 0.</param>
    /// <param name="open">What is done when it is not. At most one of the two is the original code.</param>
    /// <param name="hold">How calls wait while the gate is 2; null where it never is.</param>
    /// <returns>A fat header, code and, where the original code has handlers, one fat section.</returns>
    /// <exception cref="InvalidDataException">The original bytes are no method body.</exception>
    internal static byte[] Build(ReadOnlySpan<byte> original, nint gate, MethodForm closed, MethodForm open, HoldForm? hold = null)
    {
        if (closed.IsOriginal && open.IsOriginal)
            throw new ArgumentException("A transition leads from one thing to another one.", nameof(open));

        // The original code stands last: its length can be anything, and its branches are relative.
        bool splices = closed.IsOriginal || open.IsOriginal;
        MethodForm first = open.IsOriginal ? closed : open, second = open.IsOriginal ? open : closed;
        var body = splices ? MethodBody.Read(original) : default;
        ReadOnlySpan<byte> code = splices ? original.Slice(body.CodeStart, body.CodeLength) : default;

        int firstLength = ForwarderLength(first);
        int gateLength = LengthOfGate(hold is not null);
        int prefix = gateLength + firstLength;
        int codeLength = prefix + (splices ? code.Length : ForwarderLength(second));
        int sectionStart = FatHeader + codeLength + 3 & ~3;
        int clauses = splices ? CountClauses(original, body) : 0;
        byte[] result = new byte[clauses == 0 ? FatHeader + codeLength : sectionStart + 4 + clauses * FatClause];

        int flags = FatFormat | (clauses > 0 ? MoreSections : 0) | (body.InitLocals ? InitLocals : 0);
        BinaryPrimitives.WriteUInt16LittleEndian(result, (ushort)(flags | FatHeader / 4 << 12));
        int stack = Math.Max(Math.Max(body.MaxStack, GateStack), Math.Max(first.Arguments, second.Arguments));
        // A forwarder has the arguments on the stack, then what it returns.
        stack = Math.Max(stack + 1, hold is null ? GateStack : HoldStack);
        BinaryPrimitives.WriteUInt16LittleEndian(result.AsSpan(2), checked((ushort)Math.Min(stack, ushort.MaxValue)));
        BinaryPrimitives.WriteInt32LittleEndian(result.AsSpan(4), codeLength);
        BinaryPrimitives.WriteInt32LittleEndian(result.AsSpan(8), body.LocalsToken);

        Span<byte> output = result.AsSpan(FatHeader, codeLength);
        WriteGate(output, gate, hold, branchWhenOpen: first == closed, firstLength);
        WriteForwarder(output[gateLength..], first);
        if (splices)
            code.CopyTo(output[prefix..]);
        else
            WriteForwarder(output[prefix..], second);

        if (clauses > 0)
        {
            int size = 4 + clauses * FatClause;
            BinaryPrimitives.WriteInt32LittleEndian(result.AsSpan(sectionStart), ExceptionTable | FatSection | size << 8);
            CopyClauses(original, body, result.AsSpan(sectionStart + 4), prefix);
        }
        return result;
    }

    /// <summary>Where the original code begins; <see cref="int.MaxValue"/> when neither is the original code.</summary>
    internal static int OriginalStart(MethodForm closed, MethodForm open, bool holds = false) =>
        closed.IsOriginal ? LengthOfGate(holds) + ForwarderLength(open) : open.IsOriginal ? LengthOfGate(holds) + ForwarderLength(closed) : int.MaxValue;

    private static int LengthOfGate(bool holds) => holds ? GateLength + HoldLength : GateLength;

    private static int ForwarderLength(MethodForm form) => form.Arguments * 4 + 6;

    private static void WriteGate(Span<byte> output, nint gate, HoldForm? hold, bool branchWhenOpen, int distance)
    {
        WriteRead(output, gate);
        output = output[ReadLength..];
        if (hold is { } form)
        {
            WriteHold(output, form);
            output = output[HoldLength..];
        }
        Branch(output, branchWhenOpen ? (byte)0x3A : (byte)0x39, distance); // brtrue, brfalse
    }

    private static void WriteRead(Span<byte> output, nint word)
    {
        output[0] = 0x21; // ldc.i8
        BinaryPrimitives.WriteInt64LittleEndian(output[1..], word);
        output[9] = 0xD3; // conv.u
        output[10] = 0xFE; // volatile.: the JIT may not move the read out of a loop, one that it makes of a tail call among them
        output[11] = 0x13;
        output[12] = 0x4A; // ldind.i4
    }

    // Behind the read, with its value on the stack:
    //   if (value <= 1u) goto on; if (thread == owner) { value = what the owner sees; goto on; } yield; goto read;
    // A yield and no sleep: whoever is in a sleep can be interrupted, and a method that never waited has no answer to that.
    private static void WriteHold(Span<byte> output, HoldForm form)
    {
        const int on = HoldLength, mine = HoldLength - 1;
        output[0] = 0x25; // dup
        output[1] = 0x17; // ldc.i4.1
        Branch(output[2..], 0x43, on - 7); // ble.un: its neighbour 0x44 is blt.un, with which an open gate would hold for ever
        output[7] = 0x26; // pop
        output[8] = 0x28; // call
        BinaryPrimitives.WriteInt32LittleEndian(output[9..], form.ThreadIdToken);
        WriteRead(output[13..], form.Owner);
        Branch(output[26..], 0x3B, mine - 31); // beq
        output[31] = 0x28; // call
        BinaryPrimitives.WriteInt32LittleEndian(output[32..], form.YieldToken);
        output[36] = 0x26; // pop
        Branch(output[37..], 0x38, -(ReadLength + mine)); // br
        output[mine] = form.OwnerSeesOpen ? (byte)0x17 : (byte)0x16; // ldc.i4.1, ldc.i4.0
    }

    private static void Branch(Span<byte> output, byte code, int distance)
    {
        output[0] = code;
        BinaryPrimitives.WriteInt32LittleEndian(output[1..], distance);
    }

    private static void WriteForwarder(Span<byte> output, MethodForm form)
    {
        for (int i = 0; i < form.Arguments; i++, output = output[4..])
        {
            output[0] = 0xFE; // ldarg
            output[1] = 0x09;
            BinaryPrimitives.WriteUInt16LittleEndian(output[2..], checked((ushort)i));
        }
        output[0] = 0x28; // call
        BinaryPrimitives.WriteInt32LittleEndian(output[1..], form.CallToken);
        output[5] = 0x2A; // ret
    }

    private static int CountClauses(ReadOnlySpan<byte> original, MethodBody body)
    {
        int count = 0;
        foreach (var section in new Sections(original, body))
            count += section.Clauses.Length / section.ClauseSize;
        return count;
    }

    private static void CopyClauses(ReadOnlySpan<byte> original, MethodBody body, Span<byte> output, int shift)
    {
        foreach (var section in new Sections(original, body))
        {
            for (var clause = section.Clauses; !clause.IsEmpty; clause = clause[section.ClauseSize..], output = output[FatClause..])
            {
                bool fat = section.ClauseSize == FatClause;
                int kind = fat ? Int(clause, 0) : Short(clause, 0);
                int tryStart = fat ? Int(clause, 4) : Short(clause, 2), tryLength = fat ? Int(clause, 8) : clause[4];
                int handlerStart = fat ? Int(clause, 12) : Short(clause, 5), handlerLength = fat ? Int(clause, 16) : clause[7];
                int last = fat ? Int(clause, 20) : Int(clause, 8);
                ReadOnlySpan<int> values =
                    [kind, tryStart + shift, tryLength, handlerStart + shift, handlerLength, kind == FilterClause ? last + shift : last];
                for (int i = 0; i < values.Length; i++)
                    BinaryPrimitives.WriteInt32LittleEndian(output[(i * 4)..], values[i]);
            }
        }
    }

    private static int Int(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);

    private static int Short(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    /// <summary>The parts of an original body.</summary>
    private readonly record struct MethodBody(int CodeStart, int CodeLength, int MaxStack, int LocalsToken, bool InitLocals, bool HasSections)
    {
        internal static MethodBody Read(ReadOnlySpan<byte> bytes)
        {
            if (bytes.IsEmpty)
                throw new InvalidDataException("A method body has no bytes.");
            MethodBody body;
            switch (bytes[0] & 3)
            {
                case TinyFormat:
                    body = new MethodBody(1, bytes[0] >> 2, 8, 0, false, false);
                    break;
                case FatFormat when bytes.Length >= FatHeader:
                    body = new MethodBody(
                        (bytes[1] >> 4) * 4, Int(bytes, 4), Short(bytes, 2), Int(bytes, 8), (bytes[0] & TransitionBody.InitLocals) != 0, (bytes[0] & MoreSections) != 0);
                    break;
                default:
                    throw new InvalidDataException("A method body has neither a tiny nor a fat header.");
            }
            if (body.CodeLength < 0 || body.CodeStart > bytes.Length - body.CodeLength)
                throw new InvalidDataException("A method body ends within its code.");
            return body;
        }
    }

    /// <summary>The exception sections of a body.</summary>
    private ref struct Sections(ReadOnlySpan<byte> bytes, MethodBody body)
    {
        private readonly ReadOnlySpan<byte> bytes = bytes;
        private int next = body.HasSections ? body.CodeStart + body.CodeLength : -1;

        public Section Current { get; private set; }

        public readonly Sections GetEnumerator() => this;

        public bool MoveNext()
        {
            while (next >= 0)
            {
                int start = next + 3 & ~3;
                if (start > bytes.Length - 4)
                    throw new InvalidDataException("A method body ends before its sections.");
                byte kind = bytes[start];
                bool fat = (kind & FatSection) != 0;
                int clauseSize = fat ? FatClause : SmallClause;
                int size = fat ? Int(bytes, start) >>> 8 : bytes[start + 1];
                // Some compilers count the header of a small section, some do not; the runtime divides (corhlpr.h, EHCount).
                int clauses = size / clauseSize * clauseSize;
                if (start + 4 > bytes.Length - clauses)
                    throw new InvalidDataException("A method body ends within a section.");
                next = (kind & FurtherSection) != 0 ? start + Math.Max(size, 4) : -1;
                if ((kind & 0x3F) == ExceptionTable)
                {
                    Current = new Section(bytes.Slice(start + 4, clauses), clauseSize);
                    return true;
                }
            }
            return false;
        }
    }

    /// <summary>Clauses of one size.</summary>
    private readonly ref struct Section(ReadOnlySpan<byte> clauses, int clauseSize)
    {
        internal ReadOnlySpan<byte> Clauses { get; } = clauses;

        internal int ClauseSize { get; } = clauseSize;
    }
}
