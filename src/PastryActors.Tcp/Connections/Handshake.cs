using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PastryActors.Core.Driving;
using PastryActors.Core.Wire;
using PastryActors.Engine;
using PastryActors.Tcp.Diagnostics;
using PastryActors.Tcp.Frames;
using PastryActors.Tcp.Identity;

namespace PastryActors.Tcp.Connections;

/// <summary>The handshake ended in a refusal. Never leaves the transport: it becomes a count and, now and then, a warning.</summary>
internal sealed class RefusedException(Refusal reason, string detail) : Exception(detail)
{
    public Refusal Reason { get; } = reason;
}

/// <summary>What a finished handshake proved.</summary>
/// <param name="Stream">The stream to speak on: TLS or the bare socket.</param>
/// <param name="Peer">The peer's greeting.</param>
/// <param name="Proof">For proving, and checking, nodes announced later.</param>
/// <param name="Local">Our nodes that the peer knows.</param>
/// <param name="Remote">The peer's nodes that we know.</param>
internal sealed record HandshakeResult(Stream Stream, Hello Peer, Proof Proof, LocalTable Local, RemoteTable Remote);

/// <summary>
/// Turns a fresh socket into an authenticated connection: TLS if it is on, then a greeting each way, then an announcement each way,
/// signed over both greetings. Takes a deadline from the caller; allocates nothing that a stranger chooses the size of.
/// </summary>
internal static class Handshake
{
    /// <summary>A greeting has a few hundred bytes, an announcement some 300 for each node.</summary>
    private const int HelloBytesMax = 1024;
    private const int AnnouncedNodeBytesMax = 600;

    /// <param name="dialledLane">The lane wanted by the side that dialled; null for the side that accepted.</param>
    /// <exception cref="RefusedException">The peer is not one of ours.</exception>
    public static async Task<HandshakeResult> RunAsync(EngineContext context, WatchfulStream transport, Lane? dialledLane, CancellationToken deadline)
    {
        Stream stream = context.Options.Tls ? await SecureAsync(context, transport, dialledLane is not null, deadline) : transport;
        try
        {
            HandshakeResult result = await IntroduceAsync(context, stream, dialledLane, deadline);
            transport.Looks = result.Peer.Lane == Lane.Control;
            return result;
        }
        catch (RefusedException refused) when (refused.Reason != Refusal.NotThisProtocol)
        {
            // One of ours by its greeting, but misconfigured: its operator shall read why on that side too.
            var writer = new WireWriter(64);
            Goodbye.Write(writer, refused.Reason);
            await stream.WriteAsync(writer.Written, deadline);
            throw;
        }
    }

    private static async Task<HandshakeResult> IntroduceAsync(EngineContext context, Stream stream, Lane? dialledLane, CancellationToken deadline)
    {
        bool dialled = dialledLane is not null;
        var writer = new WireWriter(1024);
        byte[] ownNonce = RandomNumberGenerator.GetBytes(Hello.NonceSizeBytes);
        if (dialled) await SendAsync(stream, writer, FrameKind.Hello, OwnHello(context, ownNonce, dialledLane!.Value).Write, deadline);
        byte[] peerBytes = await ReceiveAsync(stream, FrameKind.Hello, HelloBytesMax, deadline);
        Hello peer = Hello.Read(new WireReader(peerBytes, context.Codec));
        // The side that accepted answers on the lane that it was asked for, and only once it has heard a greeting: strangers learn nothing.
        if (!dialled) await SendAsync(stream, writer, FrameKind.Hello, OwnHello(context, ownNonce, peer.Lane).Write, deadline);
        byte[] ownBytes = writer.Written[FrameHeader.SizeBytes..].ToArray();
        CheckHello(context, stream, peer, dialledLane);

        var proof = Proof.Of(ownBytes, peerBytes, dialled);
        var local = new LocalTable(proof);
        Announcement own = new(proof.SignProcess(context.Identity.Key), [.. context.Nodes.All.Select(local.Announce)]);
        await SendAsync(stream, writer, FrameKind.Announce, own.Write, deadline);
        byte[] announced = await ReceiveAsync(stream, FrameKind.Announce, HelloBytesMax + (context.Options.NodesPerProcessMax * AnnouncedNodeBytesMax), deadline);
        RemoteTable remote = CheckAnnouncement(context, Announcement.Read(new WireReader(announced, context.Codec)), peer, proof);
        return new HandshakeResult(stream, peer, proof, local, remote);
    }

    private static Hello OwnHello(EngineContext context, byte[] nonce, Lane lane) => new(
        WireCodec.Version,
        context.Options.Ring,
        nonce,
        context.Identity.Key.PublicKey.ToArray(),
        lane,
        context.Options.MessageBytesMax,
        context.Options.ContentBytesMax);

    private static void CheckHello(EngineContext context, Stream stream, Hello peer, Lane? dialledLane)
    {
        if (peer.SchemaVersion != WireCodec.Version) throw new RefusedException(Refusal.Version, $"schema {peer.SchemaVersion}, ours is {WireCodec.Version}");
        if (peer.Ring != context.Options.Ring) throw new RefusedException(Refusal.Ring, $"it is of another ring than '{context.Options.Ring}'");
        if (peer.PublicKey.AsSpan().SequenceEqual(context.Identity.Key.PublicKey.Span)) throw new RefusedException(Refusal.Self, "the address is our own");
        if (dialledLane is { } lane && peer.Lane != lane) throw new RefusedException(Refusal.BadHandshake, "the answer is for another lane");
        if (stream is SslStream tls && !PublicKeyOf(tls.RemoteCertificate).AsSpan().SequenceEqual(peer.PublicKey))
        {
            throw new RefusedException(Refusal.BadProof, "the greeting's key is not the certificate's");
        }
    }

    private static RemoteTable CheckAnnouncement(EngineContext context, Announcement announcement, Hello peer, Proof proof)
    {
        if (!proof.VerifyProcess(peer.PublicKey, announcement.ProcessSignature)) throw new RefusedException(Refusal.BadProof, "the process did not prove its key");
        var remote = new RemoteTable(context.Options.NodesPerProcessMax);
        foreach (AnnouncedNode node in announcement.Nodes)
        {
            if (!proof.VerifyNode(node)) throw new RefusedException(Refusal.BadProof, $"node {node.Handle.Id} is not proved");
            if (!remote.TryAdd(node.Index, node.Handle)) throw new RefusedException(Refusal.TooManyNodes, $"more than {context.Options.NodesPerProcessMax} nodes");
        }

        return remote;
    }

    private static async Task<Stream> SecureAsync(EngineContext context, Stream transport, bool dialled, CancellationToken deadline)
    {
        var tls = new SslStream(transport, leaveInnerStreamOpen: false);
        try
        {
            if (dialled) await tls.AuthenticateAsClientAsync(ClientOptions(context.Identity), deadline);
            else await tls.AuthenticateAsServerAsync(ServerOptions(context.Identity), deadline);
        }
        catch (AuthenticationException e)
        {
            throw new RefusedException(Refusal.Tls, e.InnerException?.Message ?? e.Message);
        }

        return tls;
    }

    // No resumption: a connection lives for hours, and each one proves its peer anew.
    private static SslServerAuthenticationOptions ServerOptions(ProcessIdentity identity) => new()
    {
        ServerCertificateContext = identity.Context,
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        AllowTlsResume = false,
        AllowRenegotiation = false,
        CertificateChainPolicy = NoChain(),
        RemoteCertificateValidationCallback = HasUsableKey,
    };

    private static SslClientAuthenticationOptions ClientOptions(ProcessIdentity identity) => new()
    {
        TargetHost = "pastry-node",
        ClientCertificateContext = identity.Context,
        EnabledSslProtocols = SslProtocols.Tls13,
        AllowTlsResume = false,
        AllowRenegotiation = false,
        CertificateChainPolicy = NoChain(),
        RemoteCertificateValidationCallback = HasUsableKey,
    };

    private static X509ChainPolicy NoChain() => new()
    {
        DisableCertificateDownloads = true,
        RevocationMode = X509RevocationMode.NoCheck,
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        VerificationFlags = X509VerificationFlags.AllFlags,
    };

    private static bool HasUsableKey(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        PublicKeyOf(certificate).Length == NodeKey.PublicKeySizeBytes;

    private static byte[] PublicKeyOf(X509Certificate? certificate) =>
        certificate is X509Certificate2 known ? known.PublicKey.ExportSubjectPublicKeyInfo() : [];

    private static async Task SendAsync(Stream stream, WireWriter writer, byte kind, Action<WireWriter> write, CancellationToken deadline)
    {
        writer.Clear();
        writer.Reserve(FrameHeader.SizeBytes);
        write(writer);
        new FrameHeader(kind, HasContent: false, 0, 0, writer.Length - FrameHeader.SizeBytes, 0).WriteTo(writer.From(0));
        await stream.WriteAsync(writer.Written, deadline);
    }

    private static async Task<byte[]> ReceiveAsync(Stream stream, byte kind, int bytesMax, CancellationToken deadline)
    {
        byte[] head = new byte[FrameHeader.SizeBytes];
        await stream.ReadExactlyAsync(head, deadline);
        Refusal refusal = FrameHeader.TryRead(head, bytesMax, contentBytesMax: 0, out FrameHeader header);
        if (refusal != Refusal.None) throw new RefusedException(refusal, $"its first bytes are no frame of the handshake (limit {bytesMax} bytes)");
        byte[] body = new byte[header.MessageBytes];
        await stream.ReadExactlyAsync(body, deadline);
        if (header.Kind == FrameKind.Goodbye) throw new RefusedException(Goodbye.Read(body), "it refused us");
        return header.Kind == kind ? body : throw new RefusedException(Refusal.BadHandshake, $"frame kind {header.Kind} where {kind} was due");
    }
}
