using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PastryActors.Node.Benches;

namespace Brokers;

/// <summary>
/// A process of subscribers: each a connection and a thread. Says "ready", and on a line with a number what it has once so much has come. On "stall" with a
/// number of seconds none of them reads for so long.
/// </summary>
internal static class SubscriberProcess
{
    private const int BufferBytes = 1 << 20;
    private const string Stall = "stall ";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public static void Run(BrokerWire wire, int port, int count)
    {
        Subscriber[] all = [.. Enumerable.Range(0, count).Select(i => new Subscriber(wire, port, $"s{Environment.ProcessId}x{i}"))];
        foreach (Subscriber subscriber in all) subscriber.Stands.Wait();
        Console.WriteLine("ready");
        while (Console.ReadLine() is { } line)
        {
            if (line.StartsWith(Stall, StringComparison.Ordinal))
            {
                long until = Stopwatch.GetTimestamp() + (long.Parse(line[Stall.Length..], CultureInfo.InvariantCulture) * Stopwatch.Frequency);
                foreach (Subscriber subscriber in all) subscriber.StalledUntil = until;
                Console.WriteLine("ready");
                continue;
            }

            long wanted = long.Parse(line, CultureInfo.InvariantCulture);
            WaitFor(all, wanted);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{all.Sum(s => s.Count)} {all.Max(s => s.LastAt)} {all.Average(s => s.Latencies.Percentile(0.5)):0.#} {all.Max(s => s.Latencies.Percentile(0.99)):0.#}"));
            foreach (Subscriber subscriber in all) subscriber.Reset();
        }

        foreach (Subscriber subscriber in all) subscriber.Dispose();
    }

    // Whatever has not moved for a while is lost.
    private static void WaitFor(Subscriber[] all, long wanted)
    {
        (long before, long since) = (-1, Stopwatch.GetTimestamp());
        while (all.Any(s => s.Count < wanted) && Stopwatch.GetElapsedTime(since) < Patience)
        {
            long now = all.Sum(s => s.Count);
            if (now != before) (before, since) = (now, Stopwatch.GetTimestamp());
            Thread.Sleep(5);
        }
    }

    private sealed class Subscriber : IDisposable
    {
        private readonly BrokerWire _wire;
        private readonly Socket _socket;
        private long _count;

        public Subscriber(BrokerWire wire, int port, string client)
        {
            _wire = wire;
            _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = BufferBytes };
            _socket.Connect(IPAddress.Loopback, port);
            _socket.Send(wire.Subscribe(client));
            new Thread(Read) { IsBackground = true }.Start();
        }

        public ManualResetEventSlim Stands { get; } = new();

        public LatencyHistogram Latencies { get; private set; } = new();

        public long Count => Volatile.Read(ref _count);

        public long LastAt { get; private set; }

        /// <summary>By the machine's monotonic clock: until then nothing is read.</summary>
        public long StalledUntil { get; set; }

        public void Reset()
        {
            Latencies = new LatencyHistogram();
            Volatile.Write(ref _count, 0);
        }

        public void Dispose()
        {
            _socket.Dispose();
            Stands.Dispose();
        }

        private void Read()
        {
            try
            {
                ReadAll();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // What has come counts; what did not is lost, and told as that.
            }
        }

        private void ReadAll()
        {
            byte[] buffer = new byte[2 * BufferBytes];
            int filled = 0;
            while (_socket.Receive(buffer.AsSpan(filled)) is > 0 and int read)
            {
                filled += read;
                if (StalledUntil - Stopwatch.GetTimestamp() is > 0 and long left) Thread.Sleep(TimeSpan.FromSeconds(left / (double)Stopwatch.Frequency));
                int taken = Take(buffer.AsSpan(0, filled));
                buffer.AsSpan(taken, filled - taken).CopyTo(buffer);
                filled -= taken;
            }
        }

        private int Take(ReadOnlySpan<byte> bytes)
        {
            long now = Stopwatch.GetTimestamp();
            (int at, int messages) = (0, 0);
            while (at < bytes.Length && _wire.Read(bytes[at..], out Arrival arrival, out Range payload) is > 0 and int used)
            {
                if (arrival == Arrival.Message)
                {
                    Latencies.Add((now - BinaryPrimitives.ReadInt64LittleEndian(bytes[at..][payload])) * 1_000_000 / Stopwatch.Frequency);
                    messages++;
                }
                else if (arrival is Arrival.Subscribed or Arrival.Taken)
                {
                    Stands.Set();
                }
                else if (arrival == Arrival.Ping)
                {
                    _socket.Send(_wire.Pong);
                }

                at += used;
            }

            if (messages > 0) (LastAt, _) = (now, Interlocked.Add(ref _count, messages));
            return at;
        }
    }
}
