using System.Buffers.Binary;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Tests.Unit.Managed.Tool;

public class MessageTests
{
    [Fact]
    public void What_is_written_is_read()
    {
        foreach (var (name, bytes, again) in Samples.All())
            Assert.True(again(bytes).Span.SequenceEqual(bytes.Span), name);
        ChangeRequest read = MessageReader.Read(MessageWriter.Write(Samples.Request, MessageLayout.Request), MessageLayout.NoRequest, MessageLayout.Request);
        MethodPlan method = read.Plan!.Modules[0].Methods[0], expected = Samples.Plan.Modules[0].Methods[0];
        Assert.Equal((expected.Target, expected.HolderMethod, expected.DisplayName, expected.Arguments), (method.Target, method.HolderMethod, method.DisplayName, method.Arguments));
        Assert.Equal(expected.Signature, method.Signature);
        Assert.Equal(Samples.Plan.Modules[0].Mvid, read.Plan.Modules[0].Mvid);
    }

    [Fact]
    public void A_message_that_is_cut_off_or_longer_is_none()
    {
        foreach (var (name, bytes, again) in Samples.All())
        {
            for (int length = 0; length < bytes.Length; length++)
                Assert.Throws<ProtocolException>(() => again(bytes[..length]));
            Assert.Throws<ProtocolException>(() => again((byte[])[.. bytes.Span, 0]));
        }
    }

    [Fact]
    public void Any_bytes_give_a_message_or_a_clean_error()
    {
        var random = new Random(1);
        foreach (var (name, bytes, again) in Samples.All())
        {
            for (int i = 0; i < 20_000; i++)
            {
                byte[] altered = bytes.ToArray();
                for (int changes = random.Next(1, 4); changes > 0; changes--)
                    altered[random.Next(altered.Length)] = (byte)random.Next(256);
                try
                {
                    again(altered);
                }
                catch (ProtocolException)
                {
                    // That is the clean error.
                }
            }
        }
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    [InlineData(1000)]
    public void A_count_that_the_message_cannot_hold_allocates_nothing(int count)
    {
        byte[] bytes = new byte[64];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, count);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ProtocolException>(() => MessageReader.Read<IReadOnlyList<string>>(bytes, [], (t, texts) => t.Texts(texts)));
        Assert.Throws<ProtocolException>(() => MessageReader.Read(bytes, "", MessageLayout.Text));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64 * 1024);
    }

    [Fact]
    public void A_later_hello_with_more_behind_it_is_read()
    {
        byte[] later = [.. MessageWriter.Write(new Hello(Hello.RightMagic, 7, "9.0"), MessageLayout.Hello).Span, 1, 2, 3];
        Assert.Equal(new Hello(Hello.RightMagic, 7, "9.0"), MessageReader.Read(later, MessageLayout.NoHello, MessageLayout.Hello, open: true));
    }

    [Fact]
    public void An_error_number_that_is_not_known_survives()
    {
        var failure = new AgentFailure((AgentError)99, ["x"]);
        Assert.Equal((AgentError)99, MessageReader.Read(MessageWriter.Write(failure, MessageLayout.Failure), MessageLayout.NoFailure, MessageLayout.Failure).Error);
    }
}
