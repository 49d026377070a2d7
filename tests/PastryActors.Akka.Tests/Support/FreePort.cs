using System.Net;
using System.Net.Sockets;
using PastryActors.Engine;

namespace PastryActors.Akka.Tests.Support;

/// <summary>
/// Finds ports to listen on below those that systems give to outgoing connections by themselves: a test that stops an engine and starts another at
/// its address must find the port free.
/// </summary>
internal static class FreePort
{
    private const int First = 12_000;
    private const int Last = 31_999;
    private const int AttemptsMax = 20;

    /// <summary>An address that nobody listens on at this moment.</summary>
    public static string Next()
    {
        while (true)
        {
            using var probe = new TcpListener(IPAddress.Loopback, Random.Shared.Next(First, Last + 1));
            try
            {
                probe.Start();
                return probe.LocalEndpoint.ToString()!;
            }
            catch (SocketException)
            {
                // The next one may be free.
            }
        }
    }

    /// <summary>Starts something on a free port.</summary>
    public static async Task<T> StartAsync<T>(Func<string, Task<T>> start)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await start($"127.0.0.1:{Random.Shared.Next(First, Last + 1)}");
            }
            catch (ListenException e) when (e.IsInUse && attempt < AttemptsMax)
            {
                // The next one may be free.
            }
        }
    }
}
