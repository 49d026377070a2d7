using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests.Topics;

public sealed class BatchTests
{
    [Fact]
    public void A_part_has_its_own_bytes_alone()
    {
        Multicast received = Received(100, payloadBytes: 1000);
        Batch part = Batch.Of(received.First, received.Items).Slice(received.First + 3, received.First + 4);
        Assert.Equal(received.Items.Span[3..5].ToArray(), part.Items);
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(part.Items[0].Payload.Memory, out ArraySegment<byte> bytes));
        Assert.Equal(2000, bytes.Array!.Length);
    }

    [Fact]
    public void All_of_a_run_is_the_run_itself()
    {
        Multicast received = Received(5, payloadBytes: 10);
        Batch all = Batch.Of(received.First, received.Items);
        Assert.True(all.Items.Span == all.Slice(1, received.First + 4).Items.Span);
    }

    [Fact]
    public void What_comes_off_the_wire_keeps_no_padding()
    {
        Multicast received = Received(3, payloadBytes: 10, paddingBytes: 10_000);
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(received.Items[0].Payload.Memory, out ArraySegment<byte> bytes));
        Assert.Equal(30, bytes.Array!.Length);
    }

    private static Multicast Received(int count, int payloadBytes, int paddingBytes = 0)
    {
        var random = new RandomSource(1);
        ValueList<TopicItem> items = Enumerable.Range(0, count).Select(i => new TopicItem(random.NextRingId(), Enumerable.Repeat((byte)i, payloadBytes).ToArray())).ToValueList();
        var writer = new WireWriter();
        new Multicast(random.NextRingId(), new Term(1, random.NextRingId()), 7, items).Write(writer);
        writer.Bytes(15, new byte[paddingBytes]);
        var received = (Multicast)new WireCodec(ScribeMessages.Kinds).Read(Multicast.Number, writer.Written.Span);
        Assert.Equal(items, received.Items);
        return received;
    }
}
