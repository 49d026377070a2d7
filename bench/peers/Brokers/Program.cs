using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Brokers;

// brokers nats|redis|mosquitto [SUBSCRIBERS PROCESSES COUNT BYTES RATE STALL]: one load, one JSON line, in the figures of pastry bench multicast.
// With STALL (seconds) the subscribers of one process take nothing for so long, while COUNT messages are published; before that a quarter of COUNT is, while all take.
// brokers subscribers BROKER PORT COUNT: what it starts beside itself.
BrokerWire wire = BrokerWire.Of(args[0] == "subscribers" ? args[1] : args[0]);
if (args[0] == "subscribers")
{
    SubscriberProcess.Run(wire, int.Parse(args[2], CultureInfo.InvariantCulture), int.Parse(args[3], CultureInfo.InvariantCulture));
    return;
}

int Number(int index, int usual) => args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : usual;
(int subscribers, int processes, int count, int bytes, int rate, int stall) = (Number(1, 16), Number(2, 4), Number(3, 100_000), Number(4, 100), Number(5, 0), Number(6, 0));
string folder = Directory.CreateTempSubdirectory("brokers-").FullName;
int port = FreePort();
using Process broker = Start(wire.Program, wire.Arguments(port, folder), keepInput: false);
// A broker whose log nobody reads stands still once the pipe is full.
broker.BeginOutputReadLine();
broker.BeginErrorReadLine();
List<Process> others = [];
try
{
    WaitForPort(port);
    for (int i = 0; i < processes; i++)
        others.Add(Start(Environment.ProcessPath!, ["subscribers", args[0], $"{port}", $"{(subscribers / processes) + (i < subscribers % processes ? 1 : 0)}"], keepInput: true));
    foreach (Process other in others) other.StandardOutput.ReadLine();
    using var publisher = new Publisher(wire, port);
    // Every program begins slower than it goes on.
    int warmUp = Math.Min(Math.Min(count, 5000), Math.Max(100, (32 << 20) / bytes));
    publisher.Run(warmUp, bytes, 0);
    Collect(others, warmUp);
    Dictionary<string, double> figures = stall == 0 ? Measure(publisher, count) : MeasureStall(publisher);
    Console.WriteLine(JsonSerializer.Serialize(figures));
}
finally
{
    foreach (Process other in others) other.Kill();
    broker.Kill();
    broker.WaitForExit();
    Directory.Delete(folder, recursive: true);
}

Dictionary<string, double> Measure(Publisher publisher, int messages)
{
    long started = Stopwatch.GetTimestamp();
    publisher.Run(messages, bytes, rate);
    double publishing = Stopwatch.GetElapsedTime(started).TotalSeconds;
    double[][] shares = Collect(others, messages);
    double deliveries = DeliveriesPerSecond(started, shares);
    return new Dictionary<string, double>
    {
        ["publishesPerSecond"] = messages / publishing,
        ["deliveriesPerSecond"] = deliveries,
        ["bytesPerSecond"] = deliveries * bytes,
        ["lost"] = ((double)messages * subscribers) - shares.Sum(s => s[0]),
        ["p50Micros"] = shares.Average(s => s[2]),
        ["p99Micros"] = shares.Max(s => s[3]),
    };
}

Dictionary<string, double> MeasureStall(Publisher publisher)
{
    long started = Stopwatch.GetTimestamp();
    publisher.Run(count / 4, bytes, rate);
    double usual = DeliveriesPerSecond(started, Collect(others, count / 4)[1..]);
    others[0].StandardInput.WriteLine($"stall {stall}");
    others[0].StandardOutput.ReadLine();
    started = Stopwatch.GetTimestamp();
    publisher.Run(count, bytes, rate);
    double publishing = Stopwatch.GetElapsedTime(started).TotalSeconds;
    double[][] shares = Collect(others, count);
    double kept = DeliveriesPerSecond(started, shares[1..]);
    return new Dictionary<string, double>
    {
        ["publishesPerSecond"] = count / publishing,
        ["usualDeliveriesPerSecond"] = usual,
        ["othersDeliveriesPerSecond"] = kept,
        ["keptShare"] = kept / usual,
        ["lost"] = ((double)count * subscribers) - shares.Sum(s => s[0]),
    };
}

// Until the last of them came.
static double DeliveriesPerSecond(long started, double[][] shares) =>
    shares.Sum(s => s[0]) / (((long)shares.Max(s => s[1]) - started) / (double)Stopwatch.Frequency);

static double[][] Collect(List<Process> others, long messages)
{
    foreach (Process other in others) other.StandardInput.WriteLine(messages.ToString(CultureInfo.InvariantCulture));
    return [.. others.Select(other => other.StandardOutput.ReadLine()!.Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray())];
}

static Process Start(string program, string[] arguments, bool keepInput) =>
    Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = !keepInput, RedirectStandardInput = keepInput })
    ?? throw new IOException($"{program} did not start");

static int FreePort()
{
    using var probe = new TcpListener(IPAddress.Loopback, 0);
    probe.Start();
    return ((IPEndPoint)probe.LocalEndpoint).Port;
}

static void WaitForPort(int port)
{
    for (long since = Stopwatch.GetTimestamp(); ; Thread.Sleep(20))
    {
        try
        {
            using var probe = new TcpClient("127.0.0.1", port);
            return;
        }
        catch (SocketException) when (Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(10))
        {
        }
    }
}

/// <summary>One connection that publishes: as many messages in a write as fit, or each at its moment where there is a rate.</summary>
internal sealed class Publisher : IDisposable
{
    private const int WriteBytes = 64 * 1024;

    private readonly BrokerWire _wire;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly SemaphoreSlim _taken = new(0);
    private readonly Lock _sending = new();

    public Publisher(BrokerWire wire, int port)
    {
        _wire = wire;
        _socket.Connect(IPAddress.Loopback, port);
        if (wire.Publisher($"p{Environment.ProcessId}") is { Length: > 0 } hello) _socket.Send(hello);
        new Thread(Read) { IsBackground = true }.Start();
    }

    /// <summary>Returns when the broker has taken all.</summary>
    public void Run(int count, int bytes, int rate)
    {
        (byte[] before, byte[] behind) = (_wire.Before(bytes), _wire.Behind);
        int frame = before.Length + bytes + behind.Length;
        byte[] buffer = new byte[Math.Max(frame, WriteBytes)];
        int filled = 0;
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            if (rate > 0) WaitUntil(started + (long)(i * (double)Stopwatch.Frequency / rate));
            before.CopyTo(buffer, filled);
            BinaryPrimitives.WriteInt64LittleEndian(buffer.AsSpan(filled + before.Length), Stopwatch.GetTimestamp());
            behind.CopyTo(buffer, filled + before.Length + bytes);
            filled += frame;
            if (rate == 0 && filled + frame <= buffer.Length && i + 1 < count) continue;
            Send(buffer.AsSpan(0, filled));
            filled = 0;
        }

        Send(_wire.Ask);
        for (int answers = _wire.Ask.Length == 0 ? count : 1; answers > 0; answers--)
        {
            if (!_taken.Wait(TimeSpan.FromSeconds(60))) throw new IOException("the broker did not say that it took what was sent");
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _taken.Dispose();
    }

    private static void WaitUntil(long moment)
    {
        while (moment - Stopwatch.GetTimestamp() is > 0 and long left)
        {
            if (left > Stopwatch.Frequency / 5000) Thread.Sleep(TimeSpan.FromSeconds((left - (Stopwatch.Frequency / 10_000)) / (double)Stopwatch.Frequency));
            else Thread.SpinWait(20);
        }
    }

    // The answer to a broker's ping must not fall into the middle of a message.
    private void Send(ReadOnlySpan<byte> bytes)
    {
        lock (_sending)
        {
            while (bytes.Length > 0) bytes = bytes[_socket.Send(bytes)..];
        }
    }

    private void Read()
    {
        try
        {
            ReadAll();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The load is over.
        }
    }

    private void ReadAll()
    {
        byte[] buffer = new byte[WriteBytes];
        int filled = 0;
        while (_socket.Receive(buffer.AsSpan(filled)) is > 0 and int read)
        {
            filled += read;
            int at = 0;
            while (at < filled && _wire.Read(buffer.AsSpan(at, filled - at), out Arrival arrival, out _) is > 0 and int used)
            {
                if (arrival == Arrival.Taken) _taken.Release();
                else if (arrival == Arrival.Ping) Send(_wire.Pong);
                at += used;
            }

            buffer.AsSpan(at, filled - at).CopyTo(buffer);
            filled -= at;
        }
    }
}
