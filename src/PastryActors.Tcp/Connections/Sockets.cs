using System.Net.Sockets;

namespace PastryActors.Tcp.Connections;

/// <summary>How every socket of the engine is set up.</summary>
internal static class Sockets
{
    public static Socket Create() => new(SocketType.Stream, ProtocolType.Tcp);

    public static void Tune(Socket socket)
    {
        // Frames are batched by the sending loop: the system's own gathering would only add delay.
        socket.NoDelay = true;
        // A peer whose machine vanished is noticed though nobody sends: after 30 s of silence, three probes 10 s apart.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
    }
}
