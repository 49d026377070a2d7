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

    [Theory]
    [InlineData("bench insert -n 1")]
    [InlineData("bench insert --seconds 0")]
    [InlineData("bench lookup --through smoke")]
    [InlineData("bench multicast --level silent")]
    [InlineData("bench store --outstanding 0")]
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
