using FsCheck;
using FsCheck.Fluent;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Core.Tests.Wire;

/// <summary>What a peer sends is garbage until proven otherwise: it is read, or it is a <see cref="WireFormatException"/>, and nothing else.</summary>
public sealed class WireReaderTests
{
    private const string SixteenBytes = "000102030405060708090a0b0c0d0e0f";

    private static readonly WireCodec Codec = new(TestMessage.WireKind);

    [Theory]
    [InlineData("a00601", "a varint")]
    [InlineData("a1060102030405060708", "64 fixed bits")]
    [InlineData("a20603010203", "bytes")]
    [InlineData("a50601020304", "32 fixed bits")]
    [InlineData("a006ffffffffffffffffff01", "the longest varint")]
    public void Fields_that_are_not_known_are_skipped(string unknown, string what)
    {
        TestMessage read = Read(unknown + "0805" + unknown + "1807");
        Assert.True(read == new TestMessage { Number = 5, Word = 7 }, what);
    }

    [Fact]
    public void Of_a_field_that_comes_twice_the_last_counts() => Assert.Equal(9UL, Read("08050809").Number);

    [Fact]
    public void Fields_may_come_in_any_order() => Assert.Equal(Read("08051807"), Read("18070805"));

    [Fact]
    public void A_later_version_may_add_fields_to_a_node() =>
        Assert.Equal(new NodeHandle(RingId.FromBytes(Convert.FromHexString(SixteenBytes)), "", 0), Read("5216" + "0a10" + SixteenBytes + "a20601ff").Node);

    [Theory]
    [InlineData("08", "a varint without an end")]
    [InlineData("0880", "a varint without an end")]
    [InlineData("80", "a varint without an end")]
    [InlineData("08ffffffffffffffffffff01", "a varint without an end")]
    [InlineData("00", "a field number out of range")]
    [InlineData("0001", "a field number out of range")]
    [InlineData("80808080808002", "a field number out of range")]
    [InlineData("320501020304", "a length beyond the end")]
    [InlineData("32ffffffffffffffffff01", "a length beyond the end")]
    [InlineData("32ffffffff0f", "a length beyond the end")]
    [InlineData("a106010203", "a value beyond the end")]
    [InlineData("a506010203", "a value beyond the end")]
    [InlineData("a306", "an unknown wire type")]
    [InlineData("a406", "an unknown wire type")]
    [InlineData("a606", "an unknown wire type")]
    [InlineData("a706", "an unknown wire type")]
    [InlineData("0a00", "a field of the wrong wire type")]
    [InlineData("3001", "a field of the wrong wire type")]
    [InlineData("0d00000000", "a field of the wrong wire type")]
    [InlineData("108080808008", "a number out of range")]
    [InlineData("10ffffffffffffffffff01", "a number out of range")]
    [InlineData("188080808010", "a number out of range")]
    [InlineData("3a0f" + "000102030405060708090a0b0c0d0e", "an id or hash of the wrong size")]
    [InlineData("3a11" + SixteenBytes + "10", "an id or hash of the wrong size")]
    [InlineData("4210" + SixteenBytes, "an id or hash of the wrong size")]
    [InlineData("4a10" + SixteenBytes, "an id or hash of the wrong size")]
    [InlineData("5200", "a node without an id")]
    [InlineData("5203120161", "a node without an id")]
    [InlineData("5202" + "0a10" + SixteenBytes, "a length beyond the end")]
    [InlineData("6202" + "0880", "a varint without an end")]
    public void Malformed_input_is_refused_and_the_refusal_says_why(string hex, string why)
    {
        Assert.False(Codec.TryRead(TestMessage.KindNumber, Convert.FromHexString(hex), out Message message, out string refusal));
        Assert.Null(message);
        Assert.Equal(why, refusal);
    }

    [Theory]
    [InlineData(NodeHandle.AddressBytesMax, true)]
    [InlineData(NodeHandle.AddressBytesMax + 1, false)]
    public void An_address_may_be_so_long_and_no_longer(int lengthBytes, bool taken)
    {
        byte[] bytes = Written(new TestMessage { Node = new NodeHandle(new RingId(2), new string('x', lengthBytes), 1) });
        Assert.Equal(taken, Codec.TryRead(TestMessage.KindNumber, bytes, out _, out string refusal));
        Assert.Equal(taken ? "" : "an address that is too long", refusal);
    }

    [Fact]
    public void A_whole_message_cut_off_anywhere_is_read_or_refused()
    {
        byte[] whole = Written(new TestMessage
        {
            Number = 300,
            Text = "text",
            Id = new RingId(1),
            Node = new NodeHandle(new RingId(2), "host", 1),
            Inner = new TestMessage { Bytes = new byte[200] },
        });
        for (int length = 0; length < whole.Length; length++) Codec.TryRead(TestMessage.KindNumber, whole.AsSpan(0, length), out _, out _);
    }

    [Fact]
    public void Garbage_is_read_or_refused() => Arbitrary.Hold(Prop.ForAll(Arbitrary.Bytes, ReadOrRefused), tests: 3000);

    [Fact]
    public void A_message_with_bytes_changed_is_read_or_refused() => Arbitrary.Hold(
        Prop.ForAll(ArbMap.Default.ArbFor<(NonNegativeInt At, byte Value)[]>(), changes =>
        {
            NodeHandle node = new(new RingId(2), "host", 1);
            byte[] bytes = Written(new TestMessage { Number = 300, Text = "text", Nodes = [node], Inner = new TestMessage { Word = 7 } });
            foreach ((NonNegativeInt at, byte value) in changes) bytes[at.Item % bytes.Length] = value;
            return ReadOrRefused(bytes);
        }), tests: 3000);

    private static bool ReadOrRefused(byte[] bytes) =>
        Codec.TryRead(TestMessage.KindNumber, bytes, out Message message, out string refusal) ? message is TestMessage : refusal.Length > 0;

    private static TestMessage Read(string hex) => (TestMessage)Codec.Read(TestMessage.KindNumber, Convert.FromHexString(hex));

    private static byte[] Written(TestMessage message)
    {
        var writer = new WireWriter();
        message.Write(writer);
        return writer.Written.ToArray();
    }
}
