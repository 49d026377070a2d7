using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Messages;

/// <summary>Reads the items of one message, with their marks where there are some. Their payloads share one array (<see cref="BlobPack"/>).</summary>
/// <param name="message">All of the message.</param>
/// <param name="marked">Whether the items have marks.</param>
internal ref struct ItemReader(ReadOnlySpan<byte> message, bool marked)
{
    /// <summary>Room made at once for what may be a lie; more items make more.</summary>
    private const int CapacityMax = 4096;

    /// <summary>Tag and length of an item below 128 bytes.</summary>
    private const int TagBytes = 2;

    private readonly bool _marked = marked;
    private BlobPack _payloads = new(message);
    private TopicItem[] _items = [];
    private PublishMark[] _marks = [];

    /// <summary>How many were read.</summary>
    public int Count { get; private set; }

    /// <summary>Reads the item that the reader stands on.</summary>
    public void Read(scoped ref WireReader outer)
    {
        WireReader reader = outer.Nested();
        if (Count == _items.Length) MakeRoom(outer.Rest.Length, reader.Rest.Length);
        RingId? publisher = null;
        ReadOnlySpan<byte> payload = default;
        (uint incarnation, ulong number) = (0U, 0UL);
        (SignedRun? run, int place) = (null, 0);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: publisher = reader.Id(); break;
                case 2: payload = reader.Bytes(); break;
                case 3: incarnation = reader.UInt(); break;
                case 4: number = reader.Limited(); break;
                case 5: run = SignedRun.Read(reader.Nested()); break;
                case 6: run = Fields.RunOf(reader.Int(), _items.AsSpan(0, Count), static i => i.Run); break;
                case 7: place = reader.Int(); break;
                default: reader.Skip(); break;
            }
        }

        // An item without a publisher would cost two bytes on the wire and forty in memory: a cheap way to make others pay.
        _items[Count] = new TopicItem(publisher ?? throw new WireFormatException("a message without a publisher"), default) { Run = run, Place = run is null ? 0 : place };
        if (_marked) _marks[Count] = new PublishMark(incarnation, number);
        Count++;
        _payloads.Add(payload);
    }

    /// <summary>All items that were read. Once.</summary>
    public ValueList<TopicItem> Items()
    {
        Array.Resize(ref _items, Count);
        for (int i = 0; i < Count; i++) _items[i] = _items[i] with { Payload = _payloads.Take() };
        return new ValueList<TopicItem>(_items);
    }

    /// <summary>One mark an item.</summary>
    public ValueList<PublishMark> Marks()
    {
        if (_marked) Array.Resize(ref _marks, Count);
        return new ValueList<PublishMark>(_marks);
    }

    /// <summary>Messages of one batch are mostly of one size: the one at hand tells how many are to come.</summary>
    private void MakeRoom(int restBytes, int itemBytes)
    {
        int count = Count + Math.Clamp(1 + (restBytes / (itemBytes + TagBytes)), 4, CapacityMax);
        Array.Resize(ref _items, count);
        if (_marked) Array.Resize(ref _marks, count);
        _payloads.Expect(count);
    }
}
