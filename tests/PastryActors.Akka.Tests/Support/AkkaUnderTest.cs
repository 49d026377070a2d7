using Akka.Configuration;
using PastryActors.Engine;
using PastryActors.Tests.Engines;

namespace PastryActors.Akka.Tests.Support;

/// <summary>Engines on Akka, each with an actor system of its own, as the tests of conformance want them.</summary>
internal sealed class AkkaUnderTest : IEngineUnderTest
{
    /// <summary>As hocon/akka.conf, but an address that could not be reached is tried again almost at once.</summary>
    public const string Configuration = """
        akka {
          loglevel = WARNING
          stdout-loglevel = OFF
          loggers = ["PastryActors.Akka.Diagnostics.LogForwarder, PastryActors.Akka"]
          actor.provider = remote
          remote {
            retry-gate-closed-for = 50 ms
            log-remote-lifecycle-events = off
            dot-netty.tcp { hostname = "127.0.0.1", port = 0, tcp-reuse-addr = off }
          }
          coordinated-shutdown.run-by-clr-shutdown-hook = off
        }
        """;

    /// <summary>hocon/akka.conf, as Akka itself reads it.</summary>
    public static Config Shipped { get; } = ConfigurationFactory.ParseString(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "hocon", "akka.conf")));

    public static AkkaOptions Options => new() { GreetingPeriod = TimeSpan.FromMilliseconds(100), ConnectTimeout = RecordingNode.Patience, StallTimeout = RecordingNode.Patience };

    public async Task<RecordingNode> StartAsync(EngineNeeds needs)
    {
        AkkaOptions options = Options with { Ring = needs.Ring, Supervision = needs.Supervision };
        if (needs.SmallMailbox) options = options with { MailboxCapacity = 8, MailboxPatience = TimeSpan.FromMilliseconds(30) };
        if (needs.ConnectTimeout is { } timeout) options = options with { ConnectTimeout = timeout };
        if (needs.MessageBytesMax is { } max) options = options with { MessageBytesMax = max };
        Task<AkkaEngine> Start(string listen) => AkkaEngine.StartAsync(new AkkaSystemPlan { Listen = listen, Configuration = Configuration }, options, TestCodec.Instance);
        AkkaEngine engine = needs.At is { } at ? await Start(at[(at.LastIndexOf('@') + 1)..]) : await FreePort.StartAsync(Start);
        return RecordingNode.Owning(engine, needs.Key ?? NodeKey.Create(), needs.Incarnation, needs.Prepare);
    }
}
