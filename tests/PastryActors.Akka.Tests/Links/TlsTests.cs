using System.Security.Cryptography.X509Certificates;
using PastryActors.Akka.Tests.Support;
using PastryActors.Core.Driving;
using PastryActors.Engine;
using PastryActors.Tests.Engines;

namespace PastryActors.Akka.Tests.Links;

public sealed class TlsTests : IDisposable
{
    private readonly X509Certificate2 _ring = RingCertificate.Make("ring");
    private readonly X509Certificate2 _other = RingCertificate.Make("other");

    [Fact]
    public async Task Only_who_shows_the_ring_s_certificate_is_let_in()
    {
        await using RecordingNode a = await StartAsync(_ring);
        await using RecordingNode b = await StartAsync(_ring);
        await using RecordingNode stranger = await StartAsync(_other);
        await using RecordingNode open = await StartAsync(null);

        await a.ReachAsync(b);
        Assert.StartsWith("akka.ssl.tcp://", a.Handle.Address, StringComparison.Ordinal);
        open.Send(a.Handle, new Note(3));
        Assert.Equal(a.Handle, (await open.LinkFailureAsync()).From);
        stranger.Send(a.Handle, new Note(4));
        // Akka stops a system whose own handshake fails: who has the wrong certificate goes, and those whom it turned to stay.
        Assert.Contains("stopped", (await stranger.GivenUpAsync()).Message, StringComparison.Ordinal);

        Assert.Equal(1, a.Count("connections_dialled") + a.Count("connections_accepted"));
        a.Send(b.Handle, new Note(5));
        NodeEvent got = await b.ReceiveAsync();
        while (!Equals(got.Body, new Note(5))) got = await b.ReceiveAsync();
    }

    public void Dispose()
    {
        _ring.Dispose();
        _other.Dispose();
    }

    private static async Task<RecordingNode> StartAsync(X509Certificate2? certificate)
    {
        var plan = new AkkaSystemPlan { Configuration = AkkaUnderTest.Configuration, Certificate = certificate };
        return RecordingNode.Owning(await AkkaEngine.StartAsync(plan, AkkaUnderTest.Options, TestCodec.Instance), NodeKey.Create());
    }
}
