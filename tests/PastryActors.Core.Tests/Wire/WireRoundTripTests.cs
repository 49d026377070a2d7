using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Core.Tests.Wire;

/// <summary>What is written is read back: every field type, every size of length.</summary>
public sealed class WireRoundTripTests
{
    private static readonly WireCodec Codec = new(TestMessage.WireKind);

    private static readonly TestMessage Full = new()
    {
        Number = ulong.MaxValue,
        Small = int.MaxValue,
        Word = uint.MaxValue,
        Flag = true,
        Text = "ö – 𝄞",
        Bytes = new byte[] { 0, 255 },
        Id = new RingId(UInt128.MaxValue),
        File = new FileId(new RingId(1), uint.MaxValue),
        Hash = new Hash256(1, UInt128.MaxValue),
        Node = new NodeHandle(new RingId(9), "host:1", uint.MaxValue),
        Nodes = [new NodeHandle(new RingId(1), "", 0), new NodeHandle(new RingId(2), "b", 1)],
    };

    private static readonly Arbitrary<TestMessage> Messages = (
        from number in ArbMap.Default.GeneratorFor<ulong>()
        from small in ArbMap.Default.GeneratorFor<NonNegativeInt>()
        from word in ArbMap.Default.GeneratorFor<uint>()
        from flag in ArbMap.Default.GeneratorFor<bool>()
        from text in ArbMap.Default.GeneratorFor<byte[]>()
        from bytes in ArbMap.Default.GeneratorFor<byte[]>()
        from id in Arbitrary.Ids.Generator
        from count in Gen.Choose(0, 4)
        select new TestMessage
        {
            Number = number,
            Small = small.Item,
            Word = word,
            Flag = flag,
            Text = Encoding.UTF8.GetString(text),
            Bytes = bytes,
            Id = id,
            Nodes = Enumerable.Range(0, count).Select(i => new NodeHandle(id.Plus((UInt128)i), $"host:{i}", word)).ToValueList(),
        }).ToArbitrary();

    [Fact]
    public void Every_field_type_at_its_extreme_is_read_back() => Assert.Equal(Full, RoundTrip(Full));

    [Fact]
    public void A_message_of_defaults_is_read_back() => Assert.Equal(new TestMessage(), RoundTrip(new TestMessage()));

    [Fact]
    public void Random_messages_are_read_back() => Arbitrary.Hold(Prop.ForAll(Messages, message => RoundTrip(message) == message));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(126)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(16_381)]
    [InlineData(16_383)]
    [InlineData(16_384)]
    [InlineData(70_000)]
    [InlineData(2_100_000)]
    public void A_nested_message_may_need_a_length_of_more_bytes_than_guessed(int payloadBytes)
    {
        byte[] payload = new byte[payloadBytes];
        new Random(payloadBytes).NextBytes(payload);
        var message = new TestMessage { Inner = new TestMessage { Bytes = payload, Small = 5 }, Word = 6 };
        Assert.Equal(message, RoundTrip(message));
    }

    [Fact]
    public void Nested_messages_whose_lengths_grow_at_every_level_are_read_back()
    {
        var message = new TestMessage { Bytes = new byte[100] };
        for (int depth = 0; depth < 40; depth++) message = new TestMessage { Inner = message, Text = new string('x', depth * 20) };
        Assert.Equal(message, RoundTrip(message));
    }

    [Fact]
    public void A_writer_too_small_at_first_grows()
    {
        var writer = new WireWriter(capacityBytes: 1);
        Full.Write(writer);
        Assert.Equal(Full, Codec.Read(TestMessage.KindNumber, writer.Written.Span));
    }

    private static Message RoundTrip(TestMessage message)
    {
        var writer = new WireWriter();
        message.Write(writer);
        return Codec.Read(TestMessage.KindNumber, writer.Written.Span);
    }
}
