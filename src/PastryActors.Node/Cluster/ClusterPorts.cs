using System.Net;
using System.Net.Sockets;

namespace PastryActors.Node.Cluster;

/// <summary>The ports of a local cluster: node i has base + 2i for the overlay and base + 2i + 1 for its gateway.</summary>
public static class ClusterPorts
{
    /// <summary>The overlay's port of a node.</summary>
    public static int Overlay(int basePort, int index) => basePort + (2 * index);

    /// <summary>The gateway's port of a node.</summary>
    public static int Http(int basePort, int index) => basePort + (2 * index) + 1;

    /// <summary>The first of these ports that something else uses; null if all are free.</summary>
    public static int? FirstTaken(IEnumerable<int> ports)
    {
        foreach (int port in ports)
        {
            if (!IsFree(port)) return port;
        }

        return null;
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        // As the servers do: a port whose last connections are still fading out counts as free.
        if (!OperatingSystem.IsWindows()) socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
