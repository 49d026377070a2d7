using System.Collections.Concurrent;
using System.Security.Cryptography;
using PastryActors.Client;
using PastryActors.Node.Tests.Fakes;
using Xunit.Abstractions;

namespace PastryActors.Node.Tests.Gateway;

/// <summary>
/// Crowds at one node, and what they cost its memory. The whole crowd of subscribers takes a minute and more:
/// PASTRY_CROWD=1000 dotnet test tests/PastryActors.Node.Tests --filter CrowdTests.
/// </summary>
public sealed class CrowdTests(NodeProcess node, ITestOutputHelper output) : IClassFixture<NodeProcess>, IDisposable
{
    private const int Uploads = 256;
    private const long MemoryBytesMax = 500L << 20;

    private static readonly int Crowd = int.TryParse(Environment.GetEnvironmentVariable("PASTRY_CROWD"), out int wanted) ? wanted : 100;

    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(5));
    private readonly PastryClient _client = node.MakeClient();

    [Fact]
    public async Task Every_one_of_a_crowd_of_subscribers_gets_every_message_in_order()
    {
        using var standing = new CountdownEvent(Crowd);
        Task<List<ulong>>[] reading = [.. Enumerable.Range(0, Crowd).Select(_ => ReadAsync(standing))];
        await Task.Run(() => standing.Wait(_deadline.Token));
        for (int i = 0; i < Crowd; i++) await _client.Scribe.PublishAsync("crowd", new[] { (byte)i }, _deadline.Token);

        foreach (List<ulong> seen in await Task.WhenAll(reading)) Assert.Equal(Enumerable.Range(1, Crowd).Select(i => (ulong)i), seen);
        CheckMemory();
    }

    [Fact]
    public async Task Every_one_of_a_crowd_of_uploads_goes_in_or_is_told_when_to_come_again()
    {
        var stored = new ConcurrentBag<string>();
        await Task.WhenAll(Enumerable.Range(0, Uploads).Select(i => PutAsync($"crowd {i}", stored)));

        string[] listed = [.. (await _client.Past.ListAsync(_deadline.Token)).Files.Select(f => f.FileId)];
        Assert.NotEmpty(stored);
        Assert.Equal(stored.Order(), listed.Order());
        CheckMemory();
    }

    public void Dispose()
    {
        _client.Dispose();
        _deadline.Dispose();
    }

    private void CheckMemory()
    {
        long peak = node.MemoryPeakBytes;
        output.WriteLine($"{peak >> 20} MiB resident at most");
        Assert.InRange(peak, 1, MemoryBytesMax);
    }

    private async Task<List<ulong>> ReadAsync(CountdownEvent standing)
    {
        List<ulong> seen = [];
        await foreach (TopicEvent message in _client.Scribe.SubscribeAsync("crowd", null, _ => standing.Signal(), _deadline.Token))
        {
            Assert.Null(message.Gap);
            seen.Add(message.Sequence!.Value);
            if (seen.Count == Crowd) break;
        }

        return seen;
    }

    private async Task PutAsync(string name, ConcurrentBag<string> stored)
    {
        using var content = new MemoryStream(RandomNumberGenerator.GetBytes(1 << 20), writable: false);
        try
        {
            stored.Add((await _client.Past.InsertAsync(name, content, k: 1, progress: null, _deadline.Token)).FileId);
        }
        catch (PastryException refused)
        {
            Assert.Equal("busy", refused.Code);
            Assert.True(refused.RetryAfter > TimeSpan.Zero, refused.Message);
        }
    }
}
