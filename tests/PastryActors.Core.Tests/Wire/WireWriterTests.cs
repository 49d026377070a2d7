using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Core.Tests.Wire;

/// <summary>The bytes themselves, held against the protobuf encoding guide.</summary>
public sealed class WireWriterTests
{
    private readonly WireWriter _writer = new(capacityBytes: 4);

    [Theory]
    [InlineData(1, 150, "089601")]
    [InlineData(1, 1, "0801")]
    [InlineData(1, 127, "087f")]
    [InlineData(1, 128, "088001")]
    [InlineData(16, 1, "800101")]
    [InlineData(1, ulong.MaxValue, "08ffffffffffffffffff01")]
    public void A_number_is_a_tag_and_a_varint(int field, ulong value, string hex)
    {
        _writer.Number(field, value);
        AssertWritten(hex);
    }

    [Fact]
    public void Text_and_bytes_are_a_tag_a_length_and_the_bytes()
    {
        _writer.Text(2, "testing");
        _writer.Bytes(3, [1, 2]);
        AssertWritten("120774657374696e67" + "1a020102");
    }

    [Fact]
    public void Defaults_take_no_space()
    {
        _writer.Number(1, 0);
        _writer.Flag(2, false);
        _writer.Text(3, "");
        _writer.Bytes(4, []);
        _writer.Node(5, null);
        _writer.Nodes(6, []);
        Assert.Equal(0, _writer.Length);
    }

    [Fact]
    public void Ids_are_written_also_when_they_are_zero()
    {
        _writer.Id(1, default(RingId));
        AssertWritten("0a10" + new string('0', 32));
    }

    [Fact]
    public void A_node_is_a_nested_message()
    {
        _writer.Node(1, new NodeHandle(new RingId(1), "ab", 3));
        AssertWritten("0a18" + "0a10" + new string('0', 31) + "1" + "12026162" + "1803");
    }

    [Fact]
    public void A_nested_length_that_needs_two_bytes_moves_what_was_written()
    {
        int mark = _writer.Begin(3);
        _writer.Bytes(1, new byte[200]);
        _writer.End(mark);
        _writer.Flag(4, true);
        AssertWritten("1acb01" + "0ac801" + new string('0', 400) + "2001");
    }

    [Fact]
    public void Reserved_bytes_can_be_patched_after_what_follows_was_written()
    {
        _writer.Reserve(2);
        _writer.Flag(1, true);
        _writer.From(0)[0] = 0xaa;
        AssertWritten("aa00" + "0801");
    }

    [Fact]
    public void What_was_written_last_can_be_taken_back()
    {
        _writer.Flag(1, true);
        int before = _writer.Length;
        _writer.Bytes(2, new byte[100]);
        _writer.Truncate(before);
        AssertWritten("0801");
        Assert.Throws<ArgumentOutOfRangeException>(() => _writer.Truncate(before + 1));
    }

    [Fact]
    public void A_cleared_writer_begins_anew()
    {
        _writer.Flag(1, true);
        _writer.Clear();
        _writer.Flag(2, true);
        AssertWritten("1001");
    }

    private void AssertWritten(string hex) => Assert.Equal(hex, Convert.ToHexStringLower(_writer.Written.Span));
}
