using System.Net.ServerSentEvents;
using System.Text.Json;
using PastryActors.Client;

namespace PastryActors.Node.Tests.Gateway;

/// <summary>A subscriber that does not read what it is sent, at a node that is all real.</summary>
public sealed class StalledReaderTests(LiveNode node) : IClassFixture<LiveNode>
{
    private const string Topic = "stalled";
    private const int Count = 1000;
    private const int Window = 16;

    // In all many times what a topic keeps in memory, what a subscriber has under way, and what sockets hold.
    private const int Size = 48 * 1024;

    [Fact]
    public async Task A_reader_that_does_not_read_slows_nobody_and_is_told_what_it_missed_when_it_does()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/topics/" + Topic, UriKind.Relative));
        using HttpResponseMessage response = await node.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        await using Stream unread = await response.Content.ReadAsStreamAsync(deadline.Token);

        var stands = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // The publishers go as fast as the other reads: faster, and a busy machine would leave the other behind too.
        using var unreadByOther = new SemaphoreSlim(Window);
        Task<List<ulong>> other = ReadAsync(node.Client.Scribe.SubscribeAsync(Topic, null, _ => stands.SetResult(), deadline.Token), unreadByOther);
        await stands.Task.WaitAsync(deadline.Token);
        byte[] payload = new byte[Size];
        await Parallel.ForEachAsync(Enumerable.Range(0, Count), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = deadline.Token }, async (_, stop) =>
        {
            await unreadByOther.WaitAsync(stop);
            await PublishAsync(payload, stop);
        });

        // The other has all of it while the first has read nothing.
        Assert.Equal(Enumerable.Range(1, Count).Select(i => (ulong)i), await other.WaitAsync(deadline.Token));
        (int got, int missed) = await AccountAsync(unread, deadline.Token);
        Assert.Equal(Count, got + missed);
        // Were nothing missed, all of it would have waited somewhere.
        Assert.InRange(missed, Count / 4, Count - 1);
    }

    private async Task PublishAsync(byte[] payload, CancellationToken stop)
    {
        // Told to slow down, it does.
        while (true)
        {
            try
            {
                await node.Client.Scribe.PublishAsync(Topic, payload, stop);
                return;
            }
            catch (PastryException busy) when (busy.Code == "busy")
            {
                await Task.Yield();
            }
        }
    }

    private static async Task<List<ulong>> ReadAsync(IAsyncEnumerable<TopicEvent> events, SemaphoreSlim unread)
    {
        List<ulong> numbers = [];
        await foreach (TopicEvent happened in events)
        {
            Assert.Null(happened.Gap);
            numbers.Add(happened.Sequence!.Value);
            unread.Release();
            if (numbers.Count == Count) break;
        }

        return numbers;
    }

    /// <summary>How many of all messages a stream brings, and of how many it says that they are gone: one after the other, none left out.</summary>
    private static async Task<(int Got, int Missed)> AccountAsync(Stream stream, CancellationToken stop)
    {
        (int got, int missed, ulong next) = (0, 0, 1);
        await foreach (SseItem<string> item in SseParser.Create(stream).EnumerateAsync(stop))
        {
            if (item.EventType is not ("message" or "gap")) continue;
            TopicEvent happened = JsonSerializer.Deserialize(item.Data, PastryJson.Default.TopicEvent)!;
            if (happened.Gap is { } gap)
            {
                Assert.Equal(next, gap[0]);
                missed += (int)(gap[1] - gap[0]) + 1;
                next = gap[1] + 1;
            }
            else
            {
                Assert.Equal(next++, happened.Sequence);
                got++;
            }

            if (next > Count) break;
        }

        return (got, missed);
    }
}
