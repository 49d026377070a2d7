using PastryActors.Tcp.Tests.Support;
using PastryActors.Tests.Engines;

namespace PastryActors.Tcp.Tests;

public sealed class TcpNodeConformanceTests() : NodeConformance(new TcpUnderTest());

public sealed class TcpDeliveryConformanceTests() : DeliveryConformance(new TcpUnderTest());

public sealed class TcpReachConformanceTests() : ReachConformance(new TcpUnderTest());

public sealed class TcpTraceConformanceTests() : TraceConformance(new TcpUnderTest());

public sealed class PlainTcpDeliveryConformanceTests() : DeliveryConformance(new TcpUnderTest(tls: false));

public sealed class PlainTcpReachConformanceTests() : ReachConformance(new TcpUnderTest(tls: false));

/// <summary>What a node may rely on within its own process has nothing to do with TLS, and runs once.</summary>
internal sealed class TcpUnderTest(bool tls = true) : IEngineUnderTest
{
    public async Task<RecordingNode> StartAsync(EngineNeeds needs)
    {
        TcpOptions options = TestNode.Options with { Tls = tls, Ring = needs.Ring, Supervision = needs.Supervision };
        if (needs.At is { } address) options = options with { ListenAddress = address };
        if (needs.SmallMailbox) options = options with { MailboxCapacity = 8, MailboxPatience = TimeSpan.FromMilliseconds(30) };
        if (needs.ConnectTimeout is { } timeout) options = options with { ConnectTimeout = timeout };
        if (needs.MessageBytesMax is { } max) options = options with { MessageBytesMax = max };
        return await TestNode.StartAsync(options, needs.Key, needs.Incarnation, needs.Prepare);
    }
}
