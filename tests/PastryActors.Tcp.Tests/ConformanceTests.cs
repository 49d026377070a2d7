using PastryActors.Tcp.Tests.Support;
using PastryActors.Tests.Engines;

namespace PastryActors.Tcp.Tests;

public sealed class TcpNodeConformanceTests() : NodeConformance(new TcpUnderTest());

public sealed class TcpDeliveryConformanceTests() : DeliveryConformance(new TcpUnderTest());

public sealed class TcpReachConformanceTests() : ReachConformance(new TcpUnderTest());

internal sealed class TcpUnderTest : IEngineUnderTest
{
    public async Task<RecordingNode> StartAsync(EngineNeeds needs)
    {
        TcpOptions options = TestNode.Options with { Ring = needs.Ring, Supervision = needs.Supervision };
        if (needs.At is { } address) options = options with { ListenAddress = address };
        if (needs.SmallMailbox) options = options with { MailboxCapacity = 8, MailboxPatience = TimeSpan.FromMilliseconds(30) };
        if (needs.ConnectTimeout is { } timeout) options = options with { ConnectTimeout = timeout };
        if (needs.MessageBytesMax is { } max) options = options with { MessageBytesMax = max };
        return await TestNode.StartAsync(options, needs.Key, needs.Incarnation, needs.Prepare);
    }
}
