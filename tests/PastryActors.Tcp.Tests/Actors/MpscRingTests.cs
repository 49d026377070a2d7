using PastryActors.Tcp.Actors;

namespace PastryActors.Tcp.Tests.Actors;

public sealed class MpscRingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(64)]
    public void The_limit_holds_whatever_the_size(int limit)
    {
        var ring = new MpscRing<int>(limit);
        for (int i = 0; i < limit; i++) Assert.True(ring.TryEnqueue(i, limit));
        Assert.False(ring.TryEnqueue(-1, limit));
        Assert.Equal(limit, ring.Count);
    }

    [Fact]
    public void A_share_leaves_the_rest_to_others()
    {
        var ring = new MpscRing<int>(8);
        for (int i = 0; i < 4; i++) Assert.True(ring.TryEnqueue(i, 4));
        Assert.False(ring.TryEnqueue(4, 4));
        Assert.True(ring.TryEnqueue(4, 8));
    }

    [Fact]
    public void Items_come_out_as_they_went_in_over_many_rounds()
    {
        var ring = new MpscRing<int>(4);
        for (int i = 0; i < 1000; i++)
        {
            Assert.True(ring.TryEnqueue(2 * i, 4));
            Assert.True(ring.TryEnqueue((2 * i) + 1, 4));
            Assert.True(ring.TryDequeue(out int first));
            Assert.True(ring.TryDequeue(out int second));
            Assert.Equal((2 * i, (2 * i) + 1), (first, second));
            Assert.True(ring.IsEmpty);
            Assert.False(ring.TryDequeue(out _));
        }
    }

    [Fact]
    public async Task Many_producers_lose_nothing_and_each_keeps_its_order()
    {
        const int producers = 4, each = 50_000;
        var ring = new MpscRing<(int Producer, int Number)>(256);
        Task[] tasks = [.. Enumerable.Range(0, producers).Select(p => Task.Run(() => Produce(p)))];

        int[] next = new int[producers];
        var spin = default(SpinWait);
        for (int taken = 0; taken < producers * each;)
        {
            if (!ring.TryDequeue(out (int Producer, int Number) item))
            {
                spin.SpinOnce();
                continue;
            }

            Assert.Equal(next[item.Producer]++, item.Number);
            taken++;
        }

        await Task.WhenAll(tasks);
        Assert.True(ring.IsEmpty);

        void Produce(int producer)
        {
            var wait = default(SpinWait);
            for (int i = 0; i < each; i++)
            {
                while (!ring.TryEnqueue((producer, i), 256)) wait.SpinOnce();
            }
        }
    }
}
