using PastryActors.Akka.Tests.Support;
using PastryActors.Engine;
using PastryActors.Hocon.Settings;
using PastryActors.Tests.Engines;

namespace PastryActors.Akka.Tests;

public sealed class AkkaOptionsTests
{
    [Fact]
    public void Options_out_of_their_range_are_named()
    {
        (AkkaOptions, string)[] wrong =
        [
            (new AkkaOptions { Ring = "" }, "akka.ring"),
            (new AkkaOptions { PieceBytes = 10 }, "akka.pieceBytes"),
            (new AkkaOptions { WindowBytes = 100_000 }, "akka.windowBytes"),
            (new AkkaOptions { QueueContentBytes = 1 }, "akka.queueContentBytes"),
            (new AkkaOptions { MailboxCapacity = 1 }, "akka.mailboxCapacity"),
            (new AkkaOptions { StallTimeout = TimeSpan.Zero }, "akka.stallTimeout"),
        ];
        foreach ((AkkaOptions options, string name) in wrong) Assert.Contains(name, Assert.Throws<EngineOptionsException>(options.Validate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_piece_that_does_not_fit_a_frame_of_Akka_is_refused_at_the_start()
    {
        var plan = new AkkaSystemPlan { Configuration = AkkaUnderTest.Configuration + "\nakka.remote.dot-netty.tcp.maximum-frame-size = 64000b" };
        EngineOptionsException error = await Assert.ThrowsAsync<EngineOptionsException>(() => AkkaEngine.StartAsync(plan, AkkaUnderTest.Options, TestCodec.Instance));
        Assert.Contains("maximum-frame-size", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_shipped_configuration_holds_for_Akka_and_for_the_node()
    {
        Hocon.Settings.NodeSettings settings = PastrySchema.Load(Path.Combine(AppContext.BaseDirectory, "hocon", "akka.conf"));
        Assert.Equal(EngineChoice.Akka, settings.Node.Engine);
        Assert.True(settings.Akka.PieceBytes + (8 * 1024) <= AkkaUnderTest.Shipped.GetByteSize("akka.remote.dot-netty.tcp.maximum-frame-size"));
        Assert.True(AkkaUnderTest.Shipped.GetBoolean("akka.remote.dot-netty.tcp.ssl.require-mutual-authentication"));
        Assert.False(AkkaUnderTest.Shipped.GetBoolean("akka.remote.dot-netty.tcp.ssl.suppress-validation"));
        Assert.Equal(["pastry"], AkkaUnderTest.Shipped.GetStringList("akka.cluster.roles"));
        // What the program hands on to Akka says the same as the file itself.
        global::Akka.Configuration.Config handed = global::Akka.Configuration.ConfigurationFactory.ParseString(settings.AkkaConfiguration);
        Assert.Equal(AkkaUnderTest.Shipped.GetTimeSpan("akka.remote.retry-gate-closed-for"), handed.GetTimeSpan("akka.remote.retry-gate-closed-for"));
        Assert.Equal(AkkaUnderTest.Shipped.GetByteSize("akka.remote.dot-netty.tcp.maximum-frame-size"), handed.GetByteSize("akka.remote.dot-netty.tcp.maximum-frame-size"));
        Assert.Equal(["pastry"], handed.GetStringList("akka.cluster.roles"));
    }
}
