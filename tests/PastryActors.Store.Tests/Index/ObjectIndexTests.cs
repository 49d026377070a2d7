using PastryActors.Core.Ring;
using PastryActors.Store.Format;
using PastryActors.Store.Index;
using PastryActors.Store.Tests.Support;

namespace PastryActors.Store.Tests.Index;

public sealed class ObjectIndexTests
{
    [Fact]
    public void It_behaves_as_a_dictionary()
    {
        var random = new Random(5);
        var index = new ObjectIndex();
        var model = new Dictionary<FileId, long>();
        for (int step = 0; step < 100_000; step++)
        {
            FileId id = Probe.Id(random.Next(5000));
            if (random.Next(3) == 0)
            {
                Assert.Equal(model.Remove(id, out long expected), index.Remove(id, out IndexEntry removed));
                Assert.Equal(expected, removed.Offset);
            }
            else
            {
                bool replaces = model.TryGetValue(id, out long expected);
                Assert.Equal(replaces, index.Set(Entry(id, step * 8L), out IndexEntry replaced));
                if (replaces) Assert.Equal(expected, replaced.Offset);
                model[id] = step * 8L;
            }
        }

        Assert.Equal(model.Count, index.Count);
        foreach ((FileId id, long offset) in model) Assert.True(index.TryGet(id, out IndexEntry entry) && entry.Offset == offset && entry.Object == id);
        Assert.Equal(model.Count, Enumerable.Range(0, index.Slots).Count(slot => index.TryGetSlot(slot, out _)));
    }

    [Fact]
    public void A_million_objects_take_under_sixty_bytes_each()
    {
        const int Count = 1_000_000;
        var index = new ObjectIndex();
        for (int i = 0; i < Count; i++) index.Set(Entry(Probe.Id(i), 0), out _);
        Assert.InRange(index.SizeBytes / (double)Count, 48, 60);
    }

    [Fact]
    public void An_entry_gives_back_what_its_header_said()
    {
        var entry = new IndexEntry(Header(Probe.Id(9), RecordKind.Tombstone) with { MetaLength = 500, ContentLength = 0, Tag = 42 }, 17, 1L << 31);
        Assert.Equal((Probe.Id(9), 500, 0, 42ul, 17u, 1L << 31, true), (entry.Object, entry.MetaLength, entry.ContentLength, entry.Tag, entry.Volume, entry.Offset, entry.IsTombstone));
    }

    private static IndexEntry Entry(FileId id, long offset) => new(Header(id, RecordKind.Object), 1, offset);

    private static RecordHeader Header(FileId id, RecordKind kind) =>
        new() { Kind = kind, Sequence = 1, Tag = 0, Object = id, MetaLength = 0, ContentLength = 0, MetaCrc = 0, ContentCrc = 0, GroupStart = 0 };
}
