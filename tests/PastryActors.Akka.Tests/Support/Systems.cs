using PastryActors.Core.Wire;
using PastryActors.Engine;
using PastryActors.Tests.Engines;

namespace PastryActors.Akka.Tests.Support;

/// <summary>Actor systems that are members of an Akka cluster, configured by hocon/akka.conf as it is shipped, only less patient.</summary>
internal static class Systems
{
    private const string Quick = """
        akka {
          cluster {
            gossip-interval = 100 ms
            leader-actions-interval = 100 ms
            periodic-tasks-initial-delay = 100 ms
            seed-node-timeout = 500 ms
          }
          remote.retry-gate-closed-for = 50 ms
        }

        """;

    /// <summary>An engine on a system of its own that joins by <paramref name="seed"/>, or begins a cluster.</summary>
    public static Task<AkkaEngine> ClusteredAsync(WireCodec codec, AkkaEngine? seed = null, string name = "pastry", string configuration = "") =>
        FreePort.StartAsync(listen => AkkaEngine.StartAsync(
            new AkkaSystemPlan
            {
                Name = name,
                Listen = listen,
                Configuration = configuration + "\n" + Quick,
                Fallback = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "hocon", "akka.conf")),
                ClusterSeeds = [seed?.AdvertisedAddress ?? listen],
            },
            AkkaUnderTest.Options,
            codec));

    /// <summary>The same, with a node that records what it sees.</summary>
    public static async Task<RecordingNode> WithNodeAsync(RecordingNode? seed = null, string name = "pastry", string configuration = "") =>
        RecordingNode.Owning(await ClusteredAsync(TestCodec.Instance, (AkkaEngine?)seed?.Engine, name, configuration), NodeKey.Create());
}
