extern alias agent;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using agent::HotpatchBuild.Agent.Bodies;

namespace HotpatchBuild.Tests.Unit.Managed.Bodies;

/// <summary>Bodies of methods between two states, read by the framework's own decoder of method bodies.</summary>
public sealed unsafe class TransitionBodies
{
    private static readonly nint gate = unchecked((nint)0x7F12_3456_789C);
    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<MethodBodyBlock, byte[]> bytesOf = [];
    private static readonly MethodForm holder = new(0x0A00_0007, 2), other = new(0x2B00_0003, 1);

    [Fact]
    public void GateDecidesBetweenOriginalAndHolder()
    {
        byte[] body = TransitionBody.Build(Tiny(0x16, 0x2A), gate, MethodForm.Original, holder);

        // brfalse to the original code: it stands last.
        byte[] forwarder = [0xFE, 0x09, 0, 0, 0xFE, 0x09, 1, 0, 0x28, 7, 0, 0, 0x0A, 0x2A];
        Assert.Equal([0x21, 0x9C, 0x78, 0x56, 0x34, 0x12, 0x7F, 0, 0, 0xD3, 0xFE, 0x13, 0x4A, 0x39, 14, 0, 0, 0, .. forwarder, 0x16, 0x2A], Code(body));
        Assert.Equal(8 + 1, MaxStack(body));
    }

    [Fact]
    public void GateThatHoldsLetsItsOwnerThrough()
    {
        byte[] body = TransitionBody.Build(Tiny(0x16, 0x2A), gate, MethodForm.Original, holder, new HoldForm(unchecked((nint)0x7F12_3456_7900), 0x0A00_0021, 0x0A00_0022, OwnerSeesOpen: true));

        byte[] read = [0x21, 0x9C, 0x78, 0x56, 0x34, 0x12, 0x7F, 0, 0, 0xD3, 0xFE, 0x13, 0x4A], owner = [0x21, 0x00, 0x79, 0x56, 0x34, 0x12, 0x7F, 0, 0, 0xD3, 0xFE, 0x13, 0x4A];
        byte[] hold =
        [
            0x25, 0x17, 0x43, 36, 0, 0, 0, // dup, 1, ble.un on
            0x26, 0x28, 0x21, 0, 0, 0x0A, .. owner, 0x3B, 11, 0, 0, 0, // pop, thread id, owner, beq mine
            0x28, 0x22, 0, 0, 0x0A, 0x26, 0x38, 0xC9, 0xFF, 0xFF, 0xFF, // yield, pop, br to the read
            0x17, // mine: open
        ];
        Assert.Equal(TransitionBody.HoldLength, hold.Length);
        byte[] forwarder = [0xFE, 0x09, 0, 0, 0xFE, 0x09, 1, 0, 0x28, 7, 0, 0, 0x0A, 0x2A];
        Assert.Equal([.. read, .. hold, 0x39, 14, 0, 0, 0, .. forwarder, 0x16, 0x2A], Code(body));
        // Branches go from behind themselves: back to the first byte, and on to the branch that the value decides.
        Assert.Equal((0, 13 + TransitionBody.HoldLength), (13 + 42 + unchecked((int)0xFFFF_FFC9), 13 + 7 + 36));
        Assert.Equal(TransitionBody.OriginalStart(MethodForm.Original, holder, holds: true), TransitionBody.GateLength + TransitionBody.HoldLength + forwarder.Length);
    }

    // The runtime's word on what the bytes mean: such a body is called, by the thread that a gate which holds lets through and by another one.
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void GateThatDoesNotHoldDecidesForAll(bool owns, bool supersedes)
    {
        int* words = stackalloc int[2];
        Func<int, int> call = Runnable(words, ownerSeesOpen: false, supersedes);

        words[0] = 0;
        Assert.Equal(0, Caller(words, owns, call).End());
        words[0] = 1;
        Assert.Equal(5, Caller(words, owns, call).End());
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 5)]
    public void OwnerOfAGateThatHoldsDoesNotWait(bool ownerSeesOpen, int result)
    {
        int* words = stackalloc int[2];
        words[0] = 2;
        Assert.Equal(result, Caller(words, owns: true, Runnable(words, ownerSeesOpen)).End());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 5)]
    public void OthersWaitUntilAGateHoldsNoMore(int value, int result)
    {
        int* words = stackalloc int[2];
        words[0] = 2;
        var caller = Caller(words, owns: false, Runnable(words, ownerSeesOpen: true));

        bool waits = !caller.Thread.Join(100);
        Volatile.Write(ref words[0], value);

        // The thread reads this stack: it is asked first.
        int answer = caller.End();
        Assert.True(waits);
        Assert.Equal(result, answer);
    }

    [Fact]
    public void WayBackRunsTheOriginalWhenOpen()
    {
        byte[] body = TransitionBody.Build(Tiny(0x16, 0x2A), gate, holder, MethodForm.Original);

        Assert.Equal(0x3A, Code(body)[13]);
        Assert.Equal([0x16, 0x2A], Code(body)[^2..]);
    }

    [Fact]
    public void SupersedingNeedsNoOriginal()
    {
        byte[] body = TransitionBody.Build([], gate, holder, other);

        byte[] closed = [0xFE, 0x09, 0, 0, 0xFE, 0x09, 1, 0, 0x28, 7, 0, 0, 0x0A, 0x2A], open = [0xFE, 0x09, 0, 0, 0x28, 3, 0, 0, 0x2B, 0x2A];
        Assert.Equal(0x39, Code(body)[13]);
        Assert.Equal([.. open, .. closed], Code(body)[TransitionBody.GateLength..]);
        Assert.Equal(3, MaxStack(body));
    }

    [Fact]
    public void TransitionLeadsSomewhere() =>
        Assert.Throws<ArgumentException>(() => TransitionBody.Build(Tiny(0x2A), gate, MethodForm.Original, MethodForm.Original));

    [Fact]
    public void HeaderOfTheOriginalIsKept()
    {
        byte[] body = TransitionBody.Build(Fat(300, 0x1100_0042, initLocals: true, [0, 0x2A]), gate, MethodForm.Original, holder);

        var block = Decode(body);
        Assert.Equal(301, block.MaxStack);
        Assert.True(block.LocalVariablesInitialized);
        Assert.Equal(0x1100_0042, System.Reflection.Metadata.Ecma335.MetadataTokens.GetToken(block.LocalSignature));
    }

    [Fact]
    public void UninitialisedLocalsStaySo() =>
        Assert.False(Decode(TransitionBody.Build(Fat(2, 0x1100_0001, initLocals: false, [0x2A]), gate, MethodForm.Original, holder)).LocalVariablesInitialized);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void HandlersMoveWithTheCode(bool fat)
    {
        byte[] code = new byte[61];
        code[60] = 0x2A;
        byte[] original = [.. Fat(1, 0, false, code, sections: true), 0, 0, 0, .. Section(fat, last: true,
            (0, 3, 10, 13, 5, 0x0100_0009), (1, 20, 4, 30, 6, 25), (2, 40, 5, 45, 5, 0), (4, 50, 2, 52, 3, 0))];

        var block = Decode(TransitionBody.Build(original, gate, MethodForm.Original, holder));

        int shift = block.GetILBytes()!.Length - code.Length;
        Assert.Equal(TransitionBody.GateLength + 14, shift);
        Assert.Equal(
            [
                (ExceptionRegionKind.Catch, 3 + shift, 10, 13 + shift, 5, -1), (ExceptionRegionKind.Filter, 20 + shift, 4, 30 + shift, 6, 25 + shift),
                (ExceptionRegionKind.Finally, 40 + shift, 5, 45 + shift, 5, -1), (ExceptionRegionKind.Fault, 50 + shift, 2, 52 + shift, 3, -1),
            ],
            block.ExceptionRegions.Select(r => (r.Kind, r.TryOffset, r.TryLength, r.HandlerOffset, r.HandlerLength, r.FilterOffset)));
        Assert.Equal(0x0100_0009, System.Reflection.Metadata.Ecma335.MetadataTokens.GetToken(block.ExceptionRegions[0].CatchType));
    }

    [Fact]
    public void SectionsAreJoined()
    {
        byte[] original = [.. Fat(1, 0, false, new byte[8], sections: true), .. Section(fat: false, last: false, (2, 0, 1, 1, 1, 0)), .. Section(fat: true, last: true, (2, 2, 1, 3, 1, 0))];

        var regions = Decode(TransitionBody.Build(original, gate, holder, MethodForm.Original)).ExceptionRegions;

        int shift = TransitionBody.GateLength + 14;
        Assert.Equal([shift, 2 + shift], regions.Select(r => r.TryOffset));
    }

    [Fact]
    public void HandlersOfAReplacedCodeAreLeftOut()
    {
        byte[] original = [.. Fat(1, 0, false, new byte[8], sections: true), .. Section(fat: false, last: true, (2, 0, 1, 1, 1, 0))];

        Assert.Empty(Decode(TransitionBody.Build(original, gate, holder, other)).ExceptionRegions);
    }

    [Fact]
    public void LargeMethod()
    {
        byte[] code = new byte[100_001];
        code[^1] = 0x2A;
        byte[] original = [.. Fat(8, 0, false, code, sections: true), 0, 0, 0, .. Section(fat: true, last: true, (2, 70_000, 10_000, 80_000, 20_000, 0))];

        var block = Decode(TransitionBody.Build(original, gate, MethodForm.Original, holder));

        Assert.True(code.AsSpan().SequenceEqual(block.GetILBytes().AsSpan(TransitionBody.GateLength + 14)));
        Assert.Equal(70_000 + TransitionBody.GateLength + 14, block.ExceptionRegions[0].TryOffset);
    }

    [Fact]
    public void AllBodiesOfAnAssembly()
    {
        using var stream = File.OpenRead(typeof(ImmutableArray<>).Assembly.Location);
        using var file = new System.Reflection.PortableExecutable.PEReader(stream);
        var metadata = file.GetMetadataReader();
        int count = 0;
        foreach (var handle in metadata.MethodDefinitions)
        {
            int address = metadata.GetMethodDefinition(handle).RelativeVirtualAddress;
            if (address == 0)
                continue;
            var old = file.GetMethodBody(address);
            var reader = file.GetSectionData(address).GetReader(0, old.Size);
            byte[] original = reader.ReadBytes(old.Size);

            var block = Decode(TransitionBody.Build(original, gate, MethodForm.Original, holder));

            int shift = TransitionBody.GateLength + 14;
            Assert.Equal(old.GetILBytes(), block.GetILBytes()![shift..]);
            Assert.Equal(old.LocalSignature, block.LocalSignature);
            Assert.Equal(
                old.ExceptionRegions.Select(r => (r.Kind, r.TryOffset + shift, r.HandlerLength, r.CatchType)),
                block.ExceptionRegions.Select(r => (r.Kind, r.TryOffset, r.HandlerLength, r.CatchType)));
            count++;
        }
        Assert.True(count > 1000);
    }

    [Fact]
    public void BytesThatAreNoBodyAreRefused()
    {
        var random = new Random(7);
        byte[] valid = [.. Fat(1, 0, false, new byte[8], sections: true), .. Section(fat: false, last: false, (2, 0, 1, 1, 1, 0)), .. Section(fat: true, last: true, (2, 2, 1, 3, 1, 0))];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = valid[..random.Next(valid.Length + 1)];
            for (int changes = random.Next(4); changes > 0 && bytes.Length > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (Record.Exception(() => TransitionBody.Build(bytes, gate, MethodForm.Original, holder)) is { } problem)
                Assert.IsType<InvalidDataException>(problem);
        }
    }

    /// <summary>A body that can be called: what it was given when it is open, and 0 when it is closed. It declares no more stack than it has to.</summary>
    /// <param name="words">The gate, and its owner.</param>
    private static Func<int, int> Runnable(int* words, bool ownerSeesOpen, bool supersedes = false)
    {
        var method = new DynamicMethod("Gated", typeof(int), [typeof(int)], typeof(TransitionBodies).Module, skipVisibility: true);
        DynamicILInfo info = method.GetDynamicILInfo();
        int Token(Delegate target) => info.GetTokenFor(target.Method.MethodHandle);
        int threadId = info.GetTokenFor(typeof(Environment).GetProperty(nameof(Environment.CurrentManagedThreadId))!.GetMethod!.MethodHandle);
        byte[] body = TransitionBody.Build(
            Fat(1, 0, initLocals: false, [0x16, 0x2A]), (nint)words, supersedes ? new MethodForm(Token(Nought), 1) : MethodForm.Original, new MethodForm(Token(Given), 1),
            new HoldForm((nint)(words + 1), threadId, Token(Thread.Yield), ownerSeesOpen));
        info.SetCode(Code(body), MaxStack(body));
        info.SetLocalSignature([7, 0]); // none (ECMA-335 II.23.2.6)
        return method.CreateDelegate<Func<int, int>>();
    }

    private static int Nought(int value) => value - value;

    private static int Given(int value) => value;

    // One that goes on waiting is let through and says so; it is not left behind with words that are no more.
    private static (Thread Thread, Func<int> End) Caller(int* words, bool owns, Func<int, int> call)
    {
        const int waited = -1;
        int answer = 0;
        Exception? problem = null;
        var thread = new Thread(() => problem = Record.Exception(() => answer = call(5))) { IsBackground = true };
        words[1] = owns ? thread.ManagedThreadId : 0;
        thread.Start();
        return (thread, () =>
        {
            bool ended = thread.Join(TimeSpan.FromSeconds(30));
            Volatile.Write(ref words[0], 0);
            thread.Join();
            Assert.Null(problem);
            return ended ? answer : waited;
        });
    }

    private static byte[] Tiny(params byte[] code) => [(byte)(code.Length << 2 | 2), .. code];

    private static byte[] Fat(ushort maxStack, int locals, bool initLocals, byte[] code, bool sections = false)
    {
        byte[] header = new byte[12];
        BinaryPrimitives.WriteUInt16LittleEndian(header, (ushort)(0x3003 | (initLocals ? 0x10 : 0) | (sections ? 8 : 0)));
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(2), maxStack);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), code.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), locals);
        return [.. header, .. code];
    }

    private static byte[] Section(
        bool fat, bool last, params ReadOnlySpan<(int Kind, int Try, int TryLength, int Handler, int HandlerLength, int Last)> clauses)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        writer.Write((byte)(1 | (fat ? 0x40 : 0) | (last ? 0 : 0x80)));
        int size = 4 + clauses.Length * (fat ? 24 : 12);
        writer.Write((byte)size);
        writer.Write((ushort)(fat ? size >> 8 : 0));
        foreach (var (kind, tryStart, tryLength, handler, handlerLength, lastValue) in clauses)
        {
            if (fat)
                foreach (int value in (ReadOnlySpan<int>)[kind, tryStart, tryLength, handler, handlerLength])
                    writer.Write(value);
            else
            {
                writer.Write((ushort)kind);
                writer.Write((ushort)tryStart);
                writer.Write((byte)tryLength);
                writer.Write((ushort)handler);
                writer.Write((byte)handlerLength);
            }
            writer.Write(lastValue);
        }
        return memory.ToArray();
    }

    private static byte[] Code(byte[] body) => Decode(body).GetILBytes()!;

    private static int MaxStack(byte[] body) => Decode(body).MaxStack;

    // A block reads the bytes when it is asked: they stay where they are for as long as it lives.
    private static MethodBodyBlock Decode(byte[] body)
    {
        byte[] pinned = GC.AllocateUninitializedArray<byte>(body.Length, pinned: true);
        body.CopyTo(pinned, 0);
        MethodBodyBlock block = MethodBodyBlock.Create(new BlobReader((byte*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0), pinned.Length));
        bytesOf.Add(block, pinned);
        return block;
    }
}
