using PastryActors.Core.Driving;
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
        _windows.Mark(Publisher, 1, 2000, 1);
        Assert.Equal(PublishKnowledge.Stale, Find(2000 - PublisherMemory.WindowSize).Knowledge);
        Assert.Equal(PublishKnowledge.Fresh, Find(2001 - PublisherMemory.WindowSize).Knowledge);
    }

    [Fact]
    public void What_was_skipped_is_fresh_as_far_as_the_window_goes()
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
    public void What_did_not_survive_gets_another_number_and_the_rest_keeps_its_own()
    {
        for (ulong i = 1; i <= 10; i++) _windows.Mark(Publisher, 1, i, 100 + i);
        _windows.ForgetAfter(104);
        Assert.Equal((PublishKnowledge.Numbered, 104UL), Find(4));
        Assert.Equal(PublishKnowledge.Fresh, Find(5).Knowledge);
        for (ulong i = 5; i <= 11; i++) _windows.Mark(Publisher, 1, i, 1000 + i);
        for (ulong i = 1; i <= 11; i++) Assert.Equal((PublishKnowledge.Numbered, (i < 5 ? 100UL : 1000UL) + i), Find(i));
        Assert.Equal([new(1, 101, 4), new(5, 1005, 7)], Assert.Single(_windows.Snapshot()).Runs);
    }

    [Fact]
    public void A_run_that_goes_on_for_ever_takes_one_place()
    {
        for (ulong i = 1; i <= 5000; i++) _windows.Mark(Publisher, 1, i, 7000 + i);
        PublisherMemory memory = Assert.Single(_windows.Snapshot());
        Assert.Equal(new PublisherMemory(Publisher, 1, 5000, 5000 - 1024, [new(5000 - 1023, 12000 - 1023, 1024)]), memory);
    }

    [Fact]
    public void Of_more_runs_than_are_remembered_the_oldest_are_stale_and_never_fresh_again()
    {
        // As when many publish in turn: no two of this publisher's are numbered one after the other.
        for (ulong i = 1; i <= 200; i++) _windows.Mark(Publisher, 1, i, 2 * i);
        for (ulong i = 1; i <= 120; i++) Assert.Equal(PublishKnowledge.Stale, Find(i).Knowledge);
        for (ulong i = 121; i <= 200; i++) Assert.Equal((PublishKnowledge.Numbered, 2 * i), Find(i));
        var copy = new PublisherWindows(3);
        copy.Restore(_windows.Snapshot());
        Assert.Equal(PublishKnowledge.Stale, copy.Find(Publisher, 1, 120, out _));
        Assert.Equal(PublishKnowledge.Numbered, copy.Find(Publisher, 1, 121, out _));
        _windows.Mark(Publisher, 1, 100, 1000);
        Assert.Equal(PublishKnowledge.Stale, Find(100).Knowledge);
    }

    [Fact]
    public void A_snapshot_carries_everything_over()
    {
        for (ulong i = 1; i <= 3000; i++)
        {
            if (i % 70 > 3) _windows.Mark(Publisher, 3, i, 1000 + i);
        }

        var copy = new PublisherWindows(3);
        copy.Restore(_windows.Snapshot());
        Assert.Equal(_windows.Snapshot(), copy.Snapshot());
        for (ulong i = 1; i <= 3001; i++)
        {
            PublishKnowledge expected = _windows.Find(Publisher, 3, i, out ulong sequence);
            Assert.Equal(expected, copy.Find(Publisher, 3, i, out ulong copied));
            Assert.Equal(sequence, copied);
        }
    }

    [Fact]
    public void A_memory_of_an_earlier_start_does_not_replace_that_of_a_later()
    {
        _windows.Restore([new PublisherMemory(Publisher, 2, 5, 0, [new(5, 50, 1)]), new PublisherMemory(Publisher, 1, 9, 0, [new(9, 90, 1)])]);
        Assert.Equal(PublishKnowledge.Stale, Find(9).Knowledge);
        Assert.Equal(PublishKnowledge.Numbered, _windows.Find(Publisher, 2, 5, out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Whatever_the_order_it_knows_what_a_table_of_all_numbers_knows(ulong seed)
    {
        var random = new RandomSource(seed);
        var table = new SortedDictionary<ulong, ulong>();
        (ulong highest, ulong sequence) = (0, 0);
        for (int step = 0; step < 6000; step++)
        {
            if (random.Next(400) == 0)
            {
                sequence -= (ulong)random.Next((int)Math.Min(sequence, 300));
                _windows.ForgetAfter(sequence);
                foreach (ulong lost in table.Where(t => t.Value > sequence).Select(t => t.Key).ToList()) table.Remove(lost);
            }

            // Mostly the next, sometimes the same again, one further back, or far ahead.
            ulong number = random.Next(50) switch
            {
                0 => highest > 0 ? highest - (ulong)random.Next((int)Math.Min(highest, 1100)) : 1,
                1 when random.Next(8) == 0 => highest + (ulong)random.Next(2000),
                2 => highest + 1 + (ulong)random.Next(3),
                _ => highest + 1,
            };
            highest = Math.Max(highest, number);
            sequence += random.Next(60) == 0 ? 2U : 1U;
            _windows.Mark(Publisher, 1, number, sequence);
            table[number] = sequence;
            if (step % 50 == 0) Compare(table, highest);
        }
    }

    private void Compare(SortedDictionary<ulong, ulong> table, ulong highest)
    {
        ulong forgotten = Assert.Single(_windows.Snapshot()).Forgotten;
        Assert.True(forgotten + PublisherMemory.WindowSize >= highest);
        for (ulong number = highest > 1200 ? highest - 1200 : 1; number <= highest + 1; number++)
        {
            PublishKnowledge expected = number <= forgotten ? PublishKnowledge.Stale : table.ContainsKey(number) ? PublishKnowledge.Numbered : PublishKnowledge.Fresh;
            Assert.Equal((expected, expected == PublishKnowledge.Numbered ? table[number] : 0), Find(number));
        }
    }

    private (PublishKnowledge Knowledge, ulong Sequence) Find(ulong number)
    {
        PublishKnowledge knowledge = _windows.Find(Publisher, 1, number, out ulong sequence);
        return (knowledge, sequence);
    }
}
