using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PastryActors.Node.Benches;

/// <summary>What is beside the transport: bytes through a bare socket of this machine, both ends in this process, each on a thread of its own.</summary>
internal static class SocketPeer
{
    /// <summary>Bytes a second.</summary>
    public static async Task<double> MeasureAsync(int frameBytes, long frames, CancellationToken stop)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var sender = new TcpClient();
        await sender.ConnectAsync((IPEndPoint)listener.LocalEndpoint, stop).ConfigureAwait(false);
        using TcpClient receiver = await listener.AcceptTcpClientAsync(stop).ConfigureAwait(false);
        long started = Stopwatch.GetTimestamp();
        Task sending = Task.Factory.StartNew(() => Send(sender.Client, frameBytes, frames), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.Factory.StartNew(() => Receive(receiver.Client, frameBytes, frameBytes * frames), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        await sending.ConfigureAwait(false);
        return frameBytes * frames / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static void Send(Socket socket, int frameBytes, long frames)
    {
        byte[] frame = new byte[frameBytes];
        for (long i = 0; i < frames; i++)
        {
            for (int sent = 0; sent < frameBytes;) sent += socket.Send(frame.AsSpan(sent));
        }
    }

    private static void Receive(Socket socket, int bufferBytes, long bytes)
    {
        byte[] buffer = new byte[bufferBytes];
        while (bytes > 0 && socket.Receive(buffer) is > 0 and int read) bytes -= read;
    }
}
