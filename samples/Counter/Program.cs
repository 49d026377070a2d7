using PastryActors.Hocon.Settings;
using PastryActors.Node.Hosting;
using PastryActors.Samples;

// A ring of three nodes in this process; between machines each runs one, with the addresses of others as its seeds.
string folder = args is [var given] ? given : Path.Combine(Path.GetTempPath(), "pastry-counter");
using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
List<EmbeddedNode> nodes = [];
List<Counter> counters = [];
for (int i = 0; i < 3; i++)
{
    string seeds = i == 0 ? "node.found-ring=true" : $"node.seeds=[\"{nodes[0].Self.Address}\"]";
    var node = new EmbeddedNode(PastrySchema.Load(null, [$"node.dir={Path.Combine(folder, $"node-{i}")}", "overlay.listen=\"127.0.0.1:0\"", "overlay.found-after=100ms", seeds]));
    counters.Add(Counter.On(node));
    nodes.Add(node);
    await node.StartAsync(deadline.Token);
    await node.WhenActiveAsync(deadline.Token);
}

for (int i = 0; i < 30; i++) await counters[i % 3].AddAsync("visitors", deadline.Token);
Console.WriteLine($"visitors: {await counters[0].ReadAsync("visitors", deadline.Token)}");
foreach (EmbeddedNode node in nodes) await node.DisposeAsync();
