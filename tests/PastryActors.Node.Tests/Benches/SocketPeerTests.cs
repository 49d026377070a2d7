using PastryActors.Node.Benches;

namespace PastryActors.Node.Tests.Benches;

/// <summary>The bare streams beside the transport: all bytes come over, and TLS is TLS.</summary>
public sealed class SocketPeerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task All_frames_come_over(bool tls)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Assert.True(await SocketPeer.MeasureAsync(tls, 64 * 1024, 50, deadline.Token) > 0);
    }
}
