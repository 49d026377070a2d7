using System.Text.Json;
using PastryActors.Node.CommandLine;

namespace PastryActors.Node.Tests.Benches;

/// <summary>pastry bench, as little of it as shows that it measures what it says and leaves nothing.</summary>
public sealed class BenchCommandTests : IDisposable
{
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _out.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task The_store_is_written_to_and_read_from()
    {
        Assert.Equal(0, await RunAsync("bench", "store", "--count", "50", "--outstanding", "8", "--json"));
        JsonElement result = JsonDocument.Parse(_out.ToString()).RootElement;
        Assert.Equal("store", result.GetProperty("bench").GetString());
        Assert.Equal(1, result.GetProperty("processes").GetInt32());
        JsonElement figures = result.GetProperty("figures");
        Assert.True(figures.GetProperty("writesPerSecond").GetDouble() > 0);
        Assert.True(figures.GetProperty("readsPerSecond").GetDouble() > 0);
        Assert.Equal(0, figures.GetProperty("failed").GetDouble());
        Assert.True(result.GetProperty("peers").GetProperty("appendWithFlush").GetProperty("writesPerSecond").GetDouble() > 0);
    }

    [Fact]
    public async Task The_store_may_hold_some_before_and_all_of_it_is_read()
    {
        Assert.Equal(0, await RunAsync("bench", "store", "--stored", "300", "--count", "20", "--outstanding", "8", "--json"));
        JsonElement figures = JsonDocument.Parse(_out.ToString()).RootElement.GetProperty("figures");
        Assert.Equal(300, figures.GetProperty("stored").GetDouble());
        Assert.Equal(0, figures.GetProperty("failed").GetDouble());
    }

    [Fact]
    public async Task A_mailbox_is_measured_beside_channels()
    {
        Assert.Equal(0, await RunAsync("bench", "mailbox", "--count", "20000", "--seconds", "0.01", "--json"));
        JsonElement result = JsonDocument.Parse(_out.ToString()).RootElement;
        Assert.True(result.GetProperty("figures").GetProperty("messagesPerSecond").GetDouble() > 0);
        foreach (string peer in new[] { "channel", "unboundedChannel" })
            Assert.True(result.GetProperty("peers").GetProperty(peer).GetProperty("messagesPerSecond").GetDouble() > 0);
    }

    [Theory]
    [InlineData("--size 4 --stall 0", "at least 8 bytes")]
    [InlineData("--stall 1 --subscriber-processes 1", "there must be another")]
    public async Task Messages_that_cannot_be_measured_are_refused_before_anything_is_started(string options, string reason)
    {
        Assert.Equal(1, await RunAsync(["bench", "multicast", .. options.Split(' ')]));
        Assert.Contains(reason, _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bench insert -n 1")]
    [InlineData("bench insert --seconds 0")]
    [InlineData("bench lookup --through smoke")]
    [InlineData("bench multicast --level silent")]
    [InlineData("bench store --outstanding 0")]
    [InlineData("bench store --stored -1")]
    [InlineData("bench multicast --stall 26")]
    [InlineData("bench mailbox --size 5")]
    [InlineData("bench nothing")]
    public async Task What_makes_no_sense_is_a_wrong_usage(string line) => Assert.Equal(2, await RunAsync(line.Split(' ')));

    [Fact]
    public async Task An_object_beyond_the_stores_is_refused_with_the_bound()
    {
        Assert.Equal(1, await RunAsync("bench", "store", "--size", "2000000"));
        Assert.Contains("1 MiB at most", _error.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(params string[] arguments) =>
        new PastryCommand((_, _, _) => Task.FromResult(1)).RunAsync(arguments, _out, _error, () => Stream.Null);
}
