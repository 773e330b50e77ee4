using System.Buffers.Binary;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Tests.Unit.Managed.Tool;

public class FrameTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(1_000_003)]
    public void Frames_come_through_piece_by_piece(int size)
    {
        byte[] content = new byte[size];
        new Random(size).NextBytes(content);
        using var stream = new MemoryStream();
        new Frame(MessageKind.Apply, content).Write(stream);
        new Frame(MessageKind.Status, default).Write(stream);
        stream.Position = 0;
        using var slow = new Pieces(stream, 4093);
        Frame first = Frame.Read(slow)!.Value, second = Frame.Read(slow)!.Value;
        Assert.Equal(MessageKind.Apply, first.Kind);
        Assert.True(first.Content.Span.SequenceEqual(content));
        Assert.Equal((MessageKind.Status, 0), (second.Kind, second.Content.Length));
        Assert.Null(Frame.Read(slow));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(Frame.MaximumSize + 1)]
    public void A_length_beyond_the_bound_is_refused(int length)
    {
        byte[] header = new byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(header, length);
        Assert.Throws<ProtocolException>(() => Frame.Read(new MemoryStream(header)));
    }

    [Fact]
    public void Memory_follows_what_came()
    {
        byte[] header = new byte[100];
        BinaryPrimitives.WriteInt32LittleEndian(header, Frame.MaximumSize);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ProtocolException>(() => Frame.Read(new MemoryStream(header)));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(9)]
    public void A_stream_that_ends_within_a_frame_is_an_error(int length)
    {
        byte[] bytes = [10, 0, 0, 0, 20, 1, 2, 3, 4];
        Assert.Throws<ProtocolException>(() => Frame.Read(new MemoryStream(bytes[..length])));
    }

    /// <summary>Gives no more than some bytes at a time, as sockets do.</summary>
    private sealed class Pieces(Stream inner, int size) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => inner.Length;
        public override long Position { get => inner.Position; set => inner.Position = value; }
        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, Math.Min(count, size));
        public override void Flush() => inner.Flush();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
