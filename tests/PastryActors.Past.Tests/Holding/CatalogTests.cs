using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Repair;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Holding;

public sealed class CatalogTests
{
    [Fact]
    public void It_agrees_with_a_plain_dictionary_over_any_run_of_changes()
    {
        var random = new RandomSource(2);
        var catalog = new Catalog();
        SortedDictionary<FileId, CatalogEntry> model = [];
        for (int step = 0; step < 30_000; step++)
        {
            var id = new FileId(new RingId((UInt128)(ulong)random.Next(4000) << 100), (uint)random.Next(2));
            if (random.Next(3) == 0)
            {
                Assert.Equal(model.Remove(id), catalog.Remove(id));
                continue;
            }

            var entry = new CatalogEntry(id, random.Next(100), ObjectKind.File, (byte)(1 + random.Next(4)), (EntryState)random.Next(4), (uint)random.Next(3));
            catalog.Set(entry);
            model[id] = entry;
        }

        Assert.Equal(model.Values, catalog.In(Arc.WholeRing));
        Assert.Equal(model.Values.Count(e => e.IsTombstone), catalog.TombstoneCount);
        Assert.Equal(model.Count, catalog.Count);
        Assert.Equal(model.Values.Count(e => e.IsPointer), catalog.PointerCount);
        Assert.Equal(model.Values.Where(e => e.IsReplica).Sum(e => (long)e.ContentLength), catalog.ContentBytes);
        Assert.All(model, e => Assert.True(catalog.TryGet(e.Key, out CatalogEntry found) && found == e.Value));
    }

    [Fact]
    public void An_arc_is_walked_clockwise_from_its_beginning_over_the_end_of_the_ring()
    {
        var random = new RandomSource(4);
        var catalog = new Catalog();
        List<RingId> keys = [];
        for (int i = 0; i < 3000; i++)
        {
            keys.Add(random.NextRingId());
            catalog.Set(Entry(keys[^1]));
        }

        for (int round = 0; round < 300; round++)
        {
            var arc = new Arc(random.NextRingId(), random.NextRingId().Value);
            Assert.Equal(keys.Where(arc.Contains).OrderBy(arc.From.ClockwiseTo), catalog.In(arc).Select(e => e.Object.Key));
        }
    }

    [Fact]
    public void Loading_at_once_is_the_same_as_one_by_one()
    {
        var random = new RandomSource(6);
        List<CatalogEntry> entries = [.. Enumerable.Range(0, 5000).Select(_ => Entry(random.NextRingId()))];
        entries.Add(entries[0]);
        Catalog oneByOne = new(), atOnce = new();
        entries.ForEach(e => oneByOne.Set(e));
        atOnce.Load([.. entries]);
        Assert.Equal(oneByOne.In(Arc.WholeRing), atOnce.In(Arc.WholeRing));
        Assert.Equal(5000, atOnce.ObjectCount);
        for (int i = 0; i < 5000; i++) atOnce.Set(Entry(random.NextRingId()));
        Assert.Equal(10_000, atOnce.In(Arc.WholeRing).Count());
    }

    [Fact]
    public void An_empty_catalog_has_nothing_anywhere()
    {
        var catalog = new Catalog();
        Assert.Empty(catalog.In(Arc.WholeRing));
        Assert.False(catalog.Remove(default));
        Assert.Equal(0, catalog.ReplicasMax);
        catalog.Set(Entry(default));
        catalog.Remove(default);
        Assert.Empty(catalog.In(Arc.WholeRing));
    }

    [Fact]
    public void An_entry_survives_the_store_and_foreign_tags_are_refused()
    {
        var entry = new CatalogEntry(default, 0, ObjectKind.TreeNode, 5, EntryState.Tombstone);
        Assert.Equal(entry, CatalogEntry.From(new StoreEntry(default, entry.Tag, 0)));
        Assert.Null(CatalogEntry.From(new StoreEntry(default, 0, 0)));
        Assert.Null(CatalogEntry.From(new StoreEntry(default, ulong.MaxValue, 0)));
        Assert.Null(CatalogEntry.From(new StoreEntry(default, entry.Tag, -1)));
    }

    [Fact]
    public void A_pointer_survives_the_store_with_its_holder_and_about_its_length()
    {
        ObjectCertificate certificate = Make.File("a", Make.Content("twenty bytes of text"));
        CatalogEntry entry = CatalogEntry.PointerOf(certificate.File, certificate, new RingId(UInt128.MaxValue));
        Assert.Equal((32, uint.MaxValue, EntryState.Pointer), (entry.ContentLength, entry.Peer, entry.State));
        Assert.Equal(entry, CatalogEntry.From(new StoreEntry(certificate.File, entry.Tag, 0)));
    }

    [Fact]
    public void Only_objects_that_are_here_count_as_content_and_pointers_are_known_by_their_holder()
    {
        var holder = new RingId(UInt128.MaxValue);
        ObjectCertificate certificate = Make.File("a", Make.Content("twenty bytes of text"));
        var catalog = new Catalog();
        catalog.Set(CatalogEntry.PointerOf(certificate.File, certificate, holder));
        Assert.Equal((0L, 0, 1, 1), (catalog.ContentBytes, catalog.ObjectCount, catalog.PointerCount, catalog.Count));
        Assert.True(catalog.HasPointersTo(holder));
        Assert.False(catalog.Holds(certificate.File));
        catalog.Set(CatalogEntry.DivertedOf(certificate.File, certificate, holder));
        Assert.Equal((20L, 1, 0, 1), (catalog.ContentBytes, catalog.ObjectCount, catalog.PointerCount, catalog.DivertedCount));
        Assert.False(catalog.HasPointersTo(holder));
    }

    private static CatalogEntry Entry(RingId key) => new(new FileId(key, 0), 1, ObjectKind.File, 3, EntryState.Replica);
}
