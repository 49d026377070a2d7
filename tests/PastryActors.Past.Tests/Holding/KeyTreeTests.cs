using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Repair;

namespace PastryActors.Past.Tests.Holding;

public sealed class KeyTreeTests
{
    [Fact]
    public void What_is_summed_up_depends_on_what_lies_in_the_spans_and_on_nothing_else()
    {
        var random = new RandomSource(11);
        for (int round = 0; round < 60; round++)
        {
            List<CatalogEntry> entries = Entries(random, random.Next(3000));
            List<KeySpan> spans = Ascending(KeySpan.Within(KeySpan.Of(AnyArc(random)), AnyArc(random)));
            KeyTree all = new(), within = new(), loaded = new();
            entries.ForEach(e => all.Set(e, out _));
            loaded.Load(entries.OrderBy(e => e.Object).ToArray());
            List<CatalogEntry> inside = entries.FindAll(e => spans.Exists(s => s.Meets(new KeySpan(e.Key, e.Key))));
            foreach (CatalogEntry entry in inside.OrderBy(_ => random.NextUInt64())) within.Set(entry, out _);
            RangeSummary expected = within.Summary([new KeySpan(default, new RingId(UInt128.MaxValue))]);
            Assert.Equal(inside.Count, expected.Count);
            Assert.Equal(expected, all.Summary(spans));
            Assert.Equal(expected, loaded.Summary(spans));
            Assert.Equal(expected, within.Summary(spans));
        }
    }

    [Fact]
    public void It_forgets_what_was_removed_and_knows_what_was_replaced()
    {
        var random = new RandomSource(12);
        List<KeySpan> everything = KeySpan.Of(Arc.WholeRing);
        List<CatalogEntry> kept = Entries(random, 500), gone = Entries(random, 700);
        KeyTree tree = new(), plain = new();
        foreach (CatalogEntry entry in kept.Concat(gone).OrderBy(e => e.Object.Tail)) tree.Set(entry, out _);
        foreach (CatalogEntry entry in gone)
        {
            // A digest made in between must not outlive the change.
            tree.Summary(everything);
            Assert.True(tree.Remove(entry.Object, out CatalogEntry removed));
            Assert.Equal(entry, removed);
            Assert.False(tree.Remove(entry.Object, out _));
        }

        kept.ForEach(e => plain.Set(e, out _));
        Assert.Equal(plain.Summary(everything), tree.Summary(everything));
        Assert.Equal(kept.OrderBy(e => e.Object), tree.Runs(everything[0]).SelectMany(run => run));
        CatalogEntry other = new(kept[7].Object, 1, ObjectKind.File, 3, kept[7].IsTombstone ? EntryState.Replica : EntryState.Tombstone);
        Assert.True(tree.Set(other, out CatalogEntry replaced));
        Assert.Equal(kept[7], replaced);
        Assert.NotEqual(plain.Summary(everything), tree.Summary(everything));
    }

    [Fact]
    public void Pointers_are_found_without_looking_at_what_is_none()
    {
        var random = new RandomSource(13);
        var tree = new KeyTree();
        Entries(random, 4000).ForEach(e => tree.Set(e, out _));
        List<CatalogEntry> pointers = Entries(random, 5).ConvertAll(e => new CatalogEntry(e.Object, 1, ObjectKind.File, 3, EntryState.Pointer));
        pointers.ForEach(e => tree.Set(e, out _));
        List<ArraySegment<CatalogEntry>> runs = [.. tree.Runs(new KeySpan(default, new RingId(UInt128.MaxValue)), pointers: true)];
        Assert.InRange(runs.Count, 1, 5);
        Assert.Equal(pointers.OrderBy(p => p.Object), runs.SelectMany(r => r).Where(e => e.IsPointer));
        pointers.ForEach(p => tree.Remove(p.Object, out _));
        Assert.Empty(tree.Runs(new KeySpan(default, new RingId(UInt128.MaxValue)), pointers: true));
    }

    [Fact]
    public void Thousands_of_objects_of_one_key_are_a_leaf_at_the_bottom()
    {
        var tree = new KeyTree();
        for (uint tail = 0; tail < 1000; tail++) tree.Set(new CatalogEntry(new FileId(new RingId(5), tail), 1, ObjectKind.File, 3, EntryState.Replica), out _);
        Assert.Equal(1000, tree.Summary([new KeySpan(new RingId(5), new RingId(5))]).Count);
        for (uint tail = 0; tail < 990; tail++) Assert.True(tree.Remove(new FileId(new RingId(5), tail), out _));
        Assert.Equal(10, tree.Summary(KeySpan.Of(Arc.WholeRing)).Count);
    }

    [Fact]
    public void After_a_change_among_100_000_only_its_leaf_is_hashed_again()
    {
        var random = new RandomSource(14);
        var tree = new KeyTree();
        List<KeySpan> everything = KeySpan.Of(Arc.WholeRing);
        tree.Load(Entries(random, 100_000).OrderBy(e => e.Object).ToArray());
        tree.Summary(everything);
        Assert.Equal(100_000, tree.HashedCount);
        tree.Set(Entries(random, 1)[0], out _);
        tree.Summary(everything);
        Assert.InRange(tree.HashedCount - 100_000, 1, KeyNode.LeafMax);
    }

    private static List<CatalogEntry> Entries(RandomSource random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new CatalogEntry(new FileId(random.NextRingId(), (uint)random.Next(1000)), 1, ObjectKind.File, 3, (EntryState)random.Next(2)))];

    private static Arc AnyArc(RandomSource random) => new(random.NextRingId(), random.NextRingId().Value >> random.Next(10));

    private static List<KeySpan> Ascending(List<KeySpan> spans) => [.. spans.OrderBy(s => s.From)];
}
