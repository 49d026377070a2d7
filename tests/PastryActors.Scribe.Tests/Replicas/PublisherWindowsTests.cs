using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Replicas;

namespace PastryActors.Scribe.Tests.Replicas;

public sealed class PublisherWindowsTests
{
    private static readonly RingId Publisher = new(7);
    private readonly PublisherWindows _windows = new(3);

    [Fact]
    public void A_publish_seen_before_has_its_number()
    {
        _windows.Mark(Publisher, 1, 5, 100);
        Assert.Equal((PublishKnowledge.Numbered, 100UL), Find(5));
        Assert.Equal(PublishKnowledge.Fresh, Find(4).Knowledge);
        Assert.Equal(PublishKnowledge.Fresh, Find(6).Knowledge);
    }

    [Fact]
    public void A_publish_behind_the_window_cannot_be_told_and_is_stale()
    {
        _windows.Mark(Publisher, 1, 200, 1);
        Assert.Equal(PublishKnowledge.Stale, Find(200 - PublisherMemory.WindowSize).Knowledge);
        Assert.Equal(PublishKnowledge.Fresh, Find(201 - PublisherMemory.WindowSize).Knowledge);
    }

    [Fact]
    public void Slots_used_again_do_not_show_what_stood_there()
    {
        _windows.Mark(Publisher, 1, 1, 50);
        _windows.Mark(Publisher, 1, 2 + PublisherMemory.WindowSize, 51);
        Assert.Equal(PublishKnowledge.Fresh, Find(1 + PublisherMemory.WindowSize).Knowledge);
        _windows.Mark(Publisher, 1, 1UL << 60, 52);
        Assert.Equal(PublishKnowledge.Fresh, Find((1UL << 60) - 1).Knowledge);
        Assert.Equal((PublishKnowledge.Numbered, 52UL), Find(1UL << 60));
    }

    [Fact]
    public void A_restarted_publisher_counts_anew_and_its_former_life_is_stale()
    {
        _windows.Mark(Publisher, 1, 5, 100);
        Assert.Equal(PublishKnowledge.Fresh, _windows.Find(Publisher, 2, 5, out _));
        _windows.Mark(Publisher, 2, 1, 101);
        Assert.Equal(PublishKnowledge.Stale, Find(5).Knowledge);
    }

    [Fact]
    public void Who_published_longest_ago_is_forgotten_first()
    {
        for (int i = 0; i < 3; i++) Assert.False(_windows.Mark(new RingId((UInt128)(uint)(10 - i)), 1, 1, (ulong)i + 1));
        Assert.True(_windows.Mark(Publisher, 1, 1, 4));
        Assert.Equal(3, _windows.Count);
        Assert.Equal(PublishKnowledge.Fresh, _windows.Find(new RingId(10), 1, 1, out _));
        Assert.Equal(PublishKnowledge.Numbered, _windows.Find(new RingId(9), 1, 1, out _));
    }

    [Fact]
    public void What_did_not_survive_is_fresh_again()
    {
        _windows.Mark(Publisher, 1, 1, 10);
        _windows.Mark(Publisher, 1, 2, 11);
        _windows.ForgetAfter(10);
        Assert.Equal(PublishKnowledge.Numbered, Find(1).Knowledge);
        Assert.Equal(PublishKnowledge.Fresh, Find(2).Knowledge);
    }

    [Fact]
    public void A_snapshot_carries_everything_over()
    {
        for (ulong i = 1; i <= 300; i++)
        {
            if (i % 7 != 0) _windows.Mark(Publisher, 3, i, 1000 + i);
        }

        var copy = new PublisherWindows(3);
        copy.Restore(_windows.Snapshot());
        for (ulong i = 1; i <= 301; i++)
        {
            PublishKnowledge expected = _windows.Find(Publisher, 3, i, out ulong sequence);
            Assert.Equal(expected, copy.Find(Publisher, 3, i, out ulong copied));
            Assert.Equal(sequence, copied);
        }
    }

    private (PublishKnowledge Knowledge, ulong Sequence) Find(ulong number)
    {
        PublishKnowledge knowledge = _windows.Find(Publisher, 1, number, out ulong sequence);
        return (knowledge, sequence);
    }
}
