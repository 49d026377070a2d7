using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PastryActors.Node.Benches;

/// <summary>What is beside the transport: the same bytes through a bare socket of this machine, or TLS 1.3 over it, both ends in this process, each on a thread of its own.</summary>
internal static class SocketPeer
{
    /// <summary>Bytes a second.</summary>
    public static async Task<double> MeasureAsync(bool tls, int frameBytes, long frames, CancellationToken stop)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var near = new TcpClient { NoDelay = true };
        await near.ConnectAsync((IPEndPoint)listener.LocalEndpoint, stop).ConfigureAwait(false);
        using TcpClient far = await listener.AcceptTcpClientAsync(stop).ConfigureAwait(false);
        (Stream sender, Stream receiver) = tls ? await SecureAsync(near.GetStream(), far.GetStream(), stop).ConfigureAwait(false) : (near.GetStream(), far.GetStream());
        await using (sender.ConfigureAwait(false))
        await using (receiver.ConfigureAwait(false))
        {
            long started = Stopwatch.GetTimestamp();
            Task sending = OnThread(() => Send(sender, frameBytes, frames), stop);
            await OnThread(() => Receive(receiver, frameBytes, frames), stop).ConfigureAwait(false);
            await sending.ConfigureAwait(false);
            return frameBytes * frames / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
    }

    private static async Task<(Stream Sender, Stream Receiver)> SecureAsync(Stream near, Stream far, CancellationToken stop)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 made = new CertificateRequest("CN=bench", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        // Not every platform's TLS takes a key that was never written down.
        using X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        var client = new SslStream(near);
        var server = new SslStream(far);
        var asked = new SslClientAuthenticationOptions
        {
            TargetHost = "bench",
            EnabledSslProtocols = SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == made.Thumbprint,
        };
        Task serving = server.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = SslProtocols.Tls13 }, stop);
        await Task.WhenAll(serving, client.AuthenticateAsClientAsync(asked, stop)).ConfigureAwait(false);
        return (client, server);
    }

    private static Task OnThread(Action work, CancellationToken stop) => Task.Factory.StartNew(work, stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Send(Stream stream, int frameBytes, long frames)
    {
        byte[] frame = new byte[frameBytes];
        for (long i = 0; i < frames; i++) stream.Write(frame);
    }

    private static void Receive(Stream stream, int frameBytes, long frames)
    {
        byte[] buffer = new byte[frameBytes];
        for (long left = frameBytes * frames; left > 0 && stream.Read(buffer) is > 0 and int read;) left -= read;
    }
}
