using PastryActors.Core.Wire;

namespace PastryActors.Core.Tests.Wire;

/// <summary>The closed set of kinds.</summary>
public sealed class WireCodecTests
{
    [Fact]
    public void Two_kinds_of_one_number_are_refused_by_both_their_names()
    {
        MessageKind other = new(TestMessage.KindNumber, "Other", TestMessage.Read);
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new WireCodec(TestMessage.WireKind, other));
        Assert.StartsWith("message kind 100 is both TestMessage and Other", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_kind_is_refused_with_its_number()
    {
        Assert.False(new WireCodec(TestMessage.WireKind).TryRead(101, [], out Message message, out string refusal));
        Assert.Null(message);
        Assert.Equal("message kind 101 is not known", refusal);
    }

    [Fact]
    public void A_nested_read_throws_what_a_whole_read_refuses() =>
        Assert.Throws<WireFormatException>(() => new WireCodec(TestMessage.WireKind).Read(0, []));

    [Fact]
    public void A_known_kind_is_read_without_a_refusal()
    {
        Assert.True(new WireCodec(TestMessage.WireKind).TryRead(TestMessage.KindNumber, [0x08, 0x05], out Message message, out string refusal));
        Assert.Equal(new TestMessage { Number = 5 }, message);
        Assert.Equal("", refusal);
    }

    [Fact]
    public void Kinds_are_listed_by_number()
    {
        MessageKind low = new(3, "Low", TestMessage.Read);
        Assert.Equal([low, TestMessage.WireKind], new WireCodec(TestMessage.WireKind, low).Kinds);
    }

    [Fact]
    public void A_codec_of_no_kinds_reads_nothing()
    {
        for (int kind = 0; kind <= byte.MaxValue; kind++) Assert.False(new WireCodec().TryRead((byte)kind, [], out _, out _));
    }
}
