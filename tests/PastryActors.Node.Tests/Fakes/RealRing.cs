using PastryActors.Hocon.Settings;
using PastryActors.Node.Hosting;

namespace PastryActors.Node.Tests.Fakes;

/// <summary>A small ring of whole nodes in this process, each with its own engine, so that what they say to each other goes over sockets.</summary>
internal sealed class RealRing : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pastry-ring-").FullName;

    public List<EmbeddedNode> Nodes { get; } = [];

    /// <summary>Goes with the ring.</summary>
    public string Folder => _folder;

    public static CancellationToken Deadline => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    public static async Task<RealRing> StartAsync(int count, params string[] settings)
    {
        var ring = new RealRing();
        for (int i = 0; i < count; i++)
        {
            string place = i == 0 ? "node.found-ring=true" : $"node.seeds=[\"{ring.Nodes[0].Self.Address}\"]";
            string dir = Path.Combine(ring._folder, $"node-{i}");
            var node = new EmbeddedNode(PastrySchema.Load(null, [$"node.dir={dir}", "overlay.listen=\"127.0.0.1:0\"", "overlay.found-after=100ms", "past.capacity=256MiB", place, .. settings]));
            ring.Nodes.Add(node);
            await node.StartAsync(Deadline);
            await node.WhenActiveAsync(Deadline);
        }

        return ring;
    }

    /// <summary>Has a node leave, as one that is told to stop does.</summary>
    public async Task LeaveAsync(EmbeddedNode node)
    {
        Nodes.Remove(node);
        await node.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (EmbeddedNode node in Nodes) await node.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
