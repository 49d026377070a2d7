using PastryActors.Node.CommandLine;
using PastryActors.Node.Tests.Fakes;

namespace PastryActors.Node.Tests.Telemetry;

/// <summary>A ring of processes that sends what it traces to a collector, as an operator sets it up.</summary>
public sealed class CollectorTests : IDisposable
{
    private const int Nodes = 4;

    private readonly string _folder = Directory.CreateTempSubdirectory("pastry-otlp-").FullName;
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(2));

    [Fact]
    public async Task The_spans_of_one_insert_come_from_every_node_that_worked_for_it_and_are_one_trace()
    {
        await using Collector collector = await Collector.StartAsync();
        await UpAsync(collector.Url);
        CollectedSpan root;
        try
        {
            string path = Path.Combine(_folder, "content");
            await File.WriteAllBytesAsync(path, TestNode.Bytes(100_000));
            await DoAsync("put", path);
            // They come in batches, whole when the last node has sent its own.
            while (Inserts(collector) is not [{ } insert] || NodesOf(collector, insert) < 3) await Task.Yield();
            root = Inserts(collector).Single();
        }
        finally
        {
            // What a node still has it sends when it goes.
            await DoAsync("cluster", "down");
        }

        CollectedSpan[] trace = [.. collector.Spans.Where(s => s.Trace == root.Trace)];
        Assert.Contains(trace, s => s.Name == "InsertObject" && s.Node == root.Node);
        Assert.True(trace.Where(s => s.Name == "StoreWrite").Select(s => s.Node).Distinct().Count() >= 3, string.Join('\n', trace.Select(s => $"{s.Name} at {s.Node}")));
        HashSet<string> known = [.. trace.Select(s => s.Id)];
        Assert.All(trace.Where(s => s != root), s => Assert.Contains(s.Parent, known));
        Assert.Empty(root.Parent);
        Assert.True(collector.HasMetrics);
    }

    public void Dispose()
    {
        _deadline.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static CollectedSpan[] Inserts(Collector collector) => [.. collector.Spans.Where(s => s.Name.StartsWith("PUT", StringComparison.Ordinal))];

    private static int NodesOf(Collector collector, CollectedSpan root) => collector.Spans.Where(s => s.Trace == root.Trace && s.Name == "StoreWrite").Select(s => s.Node).Distinct().Count();

    private async Task UpAsync(string url)
    {
        // Below the ports that systems hand out by themselves.
        for (int attempt = 0, port = 12_000 + (Environment.ProcessId % 4000 * 2); ; attempt++, port += 100)
        {
            var error = new StringWriter();
            string[] settings = [$"node.telemetry.otlp=\"{url}\"", "node.telemetry.protocol=http", "node.telemetry.trace-share=1", "past.capacity=256MiB"];
            if (await RunAsync(error, ["cluster", "up", "-n", $"{Nodes}", "--base-port", $"{port}", .. settings.SelectMany(s => (string[])["--set", s])]) == 0) return;
            Assert.True(attempt < 5 && error.ToString().Contains("port-in-use", StringComparison.Ordinal), error.ToString());
        }
    }

    private async Task DoAsync(params string[] arguments)
    {
        var error = new StringWriter();
        Assert.True(await RunAsync(error, arguments) == 0, error.ToString());
    }

    private Task<int> RunAsync(StringWriter error, string[] arguments) =>
        new PastryCommand((_, _, _) => Task.FromResult(0)).RunAsync([.. arguments, "--dir", Path.Combine(_folder, "ring")], TextWriter.Null, error, () => Stream.Null, _deadline.Token);
}
