using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PastryActors.Core.Ring;
using PastryActors.Engine;
using PastryActors.Tcp.Diagnostics;
using PastryActors.Tcp.Frames;
using PastryActors.Tcp.Tests.Support;
using PastryActors.Tests.Engines;

namespace PastryActors.Tcp.Tests.Connections;

public sealed class AuthenticationTests
{
    private static readonly TcpOptions Plain = TestNode.Options with { Tls = false };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_node_that_is_not_the_one_dialled_is_refused(bool tls)
    {
        await using TestNode a = await TestNode.StartAsync(TestNode.Options with { Tls = tls });
        await using TestNode b = await TestNode.StartAsync(TestNode.Options with { Tls = tls });
        var impostor = new NodeHandle(new RingId(42), b.Handle.Address, 1);

        a.Send(impostor, new Note(1));

        Assert.Equal(impostor, (await a.LinkFailureAsync()).From);
        await Eventually.True(() => a.Engine.RefusalsOf(Refusal.WrongNode) == 1, "counted");
        Assert.Equal(1, a.Engine.DeadLetters[DeadLetterReason.Unreachable]);
    }

    [Fact]
    public async Task A_peer_of_another_ring_is_refused_on_both_sides()
    {
        await using TestNode a = await TestNode.StartAsync(TestNode.Options with { Ring = "one" });
        await using TestNode b = await TestNode.StartAsync(TestNode.Options with { Ring = "two" });

        a.Send(b.Handle, new Note(1));

        await a.LinkFailureAsync();
        await Eventually.True(() => b.Engine.RefusalsOf(Refusal.Ring) == 1, "refused there");
        await Eventually.True(() => a.Engine.RefusalsOf(Refusal.Ring) == 1, "refused here");
    }

    [Fact]
    public async Task A_process_that_dials_itself_refuses_itself()
    {
        await using TestNode a = await TestNode.StartAsync();

        a.Send(new NodeHandle(new RingId(42), a.Handle.Address, 1), new Note(1));

        await a.LinkFailureAsync();
        await Eventually.True(() => a.Engine.RefusalsOf(Refusal.Self) == 2, "refused at both ends");
    }

    [Fact]
    public async Task A_nodeId_is_not_believed_without_its_key()
    {
        await using TestNode a = await TestNode.StartAsync(Plain);
        using NodeKey victim = NodeKey.Create();
        using var thief = new RawPeer
        {
            Announcing = (announcement, proof) => announcement with
            {
                Nodes = [announcement.Nodes[0] with { Handle = announcement.Nodes[0].Handle with { Id = victim.NodeId }, PublicKey = victim.PublicKey.ToArray() }],
            },
        };

        await thief.IntroduceAsync(a.Engine);

        await Eventually.True(() => a.Engine.RefusalsOf(Refusal.BadProof) == 1, "counted");
        Assert.Equal(0, a.Engine.Counters.ConnectionsAccepted);
    }

    [Fact]
    public async Task A_proof_overheard_on_another_connection_is_worth_nothing()
    {
        await using TestNode a = await TestNode.StartAsync(Plain);
        Announcement? overheard = null;
        using var honest = new RawPeer { Announcing = (announcement, _) => overheard = announcement };
        await honest.IntroduceAsync(a.Engine);
        await Eventually.True(() => a.Engine.Counters.ConnectionsAccepted == 1, "the honest one is let in");

        using var thief = new RawPeer { Announcing = (_, _) => overheard! };
        await thief.IntroduceAsync(a.Engine);

        await Eventually.True(() => a.Engine.RefusalsOf(Refusal.BadProof) == 1, "counted");
    }

    [Fact]
    public async Task A_node_announced_later_must_be_proved_too()
    {
        await using TestNode a = await TestNode.StartAsync(Plain);
        using var thief = new RawPeer();
        await thief.IntroduceAsync(a.Engine);
        var forged = new AnnouncedNode(1, a.Handle with { Incarnation = 9 }, a.Key.PublicKey.ToArray(), new byte[NodeKey.SignatureSizeBytes]);

        await thief.SendAsync(FrameKind.Announce, RawPeer.Body(new Announcement([], [forged]).Write));

        Assert.Equal(Refusal.BadProof, await thief.ReadToEndAsync());
    }

    [Theory]
    [InlineData(true, Refusal.Tls)]
    [InlineData(false, Refusal.NotThisProtocol)]
    public async Task Random_bytes_are_closed_and_counted(bool tls, Refusal reason)
    {
        await using TestNode a = await TestNode.StartAsync(TestNode.Options with { Tls = tls });
        using var stranger = new RawPeer();
        await stranger.ConnectAsync(a.Engine);
        byte[] noise = new byte[4096];
        new Random(3).NextBytes(noise);

        await stranger.Stream.WriteAsync(noise);

        Assert.Equal(Refusal.None, await stranger.ReadToEndAsync());
        Assert.Equal(1, a.Engine.RefusalsOf(reason));
    }

    [Fact]
    public async Task A_TLS_client_without_a_key_is_refused()
    {
        await using TestNode a = await TestNode.StartAsync();
        Assert.Equal(1, await RefusalsAfter(a.Engine, null));
    }

    [Fact]
    public async Task A_TLS_client_with_a_key_of_another_kind_is_refused()
    {
        await using TestNode a = await TestNode.StartAsync();
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=stranger", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
        using X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        Assert.Equal(1, await RefusalsAfter(a.Engine, certificate));
    }

    [Fact]
    public async Task A_stranger_that_says_nothing_is_closed_at_the_deadline()
    {
        await using TestNode a = await TestNode.StartAsync(TestNode.Options with { HandshakeTimeout = TimeSpan.FromMilliseconds(50) });
        using var stranger = new RawPeer();
        await stranger.ConnectAsync(a.Engine);

        await stranger.ReadToEndAsync();

        await Eventually.True(() => a.Engine.RefusalsOf(Refusal.HandshakeTimeout) == 1, "counted");
        await Eventually.True(() => a.Engine.Counters.HandshakesOpen == 0, "forgotten");
    }

    [Fact]
    public async Task No_more_strangers_are_heard_at_once_than_may_be()
    {
        await using TestNode a = await TestNode.StartAsync(TestNode.Options with { HandshakesMax = 1 });
        using var first = new RawPeer();
        using var second = new RawPeer();
        await first.ConnectAsync(a.Engine);
        await Eventually.True(() => a.Engine.Counters.HandshakesOpen == 1, "the first is heard");

        await second.ConnectAsync(a.Engine);
        await second.ReadToEndAsync();

        Assert.Equal(1, a.Engine.RefusalsOf(Refusal.TooManyHandshakes));
    }

    private static async Task<long> RefusalsAfter(TcpEngine engine, X509Certificate2? certificate)
    {
        using var stranger = new RawPeer();
        await stranger.ConnectAsync(engine);
        using var tls = new SslStream(stranger.Stream);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "any",
            EnabledSslProtocols = SslProtocols.Tls13,
            RemoteCertificateValidationCallback = static (_, server, _, _) => server is not null,
            ClientCertificates = certificate is null ? null : [certificate],
        };
        try
        {
            await tls.AuthenticateAsClientAsync(options);
            while (await tls.ReadAsync(new byte[100]) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException)
        {
            // However the refusal reaches the stranger.
        }

        await Eventually.True(() => engine.Counters.Refusals == 1, "counted");
        return engine.RefusalsOf(Refusal.Tls);
    }
}
