namespace Brokers;

/// <summary>One thing that came over a connection to a broker.</summary>
internal enum Arrival
{
    /// <summary>More bytes are needed.</summary>
    None,

    /// <summary>A message of the topic.</summary>
    Message,

    /// <summary>The subscription stands.</summary>
    Subscribed,

    /// <summary>The broker has taken everything that was sent before it was asked.</summary>
    Taken,

    /// <summary>The broker asks for a sign of life.</summary>
    Ping,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>The few words of a broker's protocol that a load needs, on plain sockets: no client library stands between the broker and the clock.</summary>
internal abstract class BrokerWire
{
    /// <summary>The one topic of a load.</summary>
    protected const string Topic = "bench";

    /// <summary>The name of the broker's program, which is also the name of its Debian package.</summary>
    public abstract string Program { get; }

    /// <summary>Makes a connection one of a subscriber.</summary>
    public abstract byte[] Subscribe(string client);

    /// <summary>Makes a connection one of a publisher.</summary>
    public abstract byte[] Publisher(string client);

    /// <summary>What stands before the payload of a message of so many bytes.</summary>
    public abstract byte[] Before(int payloadBytes);

    /// <summary>What stands behind it.</summary>
    public abstract byte[] Behind { get; }

    /// <summary>Asks whether all before was taken; empty where each message is answered by itself.</summary>
    public abstract byte[] Ask { get; }

    /// <summary>What answers a ping; empty where there is none.</summary>
    public abstract byte[] Pong { get; }

    /// <summary>The command line of a broker on a port of loopback, keeping nothing.</summary>
    public abstract string[] Arguments(int port, string folder);

    /// <summary>Reads one thing off the front; how many bytes it took, 0 if it is not whole.</summary>
    /// <param name="payload">Where the payload lies, if it is a message.</param>
    public abstract int Read(ReadOnlySpan<byte> bytes, out Arrival arrival, out Range payload);

    public static BrokerWire Of(string broker) => broker switch
    {
        "nats" => new NatsWire(),
        "redis" => new RedisWire(),
        "mosquitto" => new MqttWire(),
        _ => throw new ArgumentException($"no broker {broker}: nats, redis or mosquitto", nameof(broker)),
    };

    protected static byte[] Text(string text) => System.Text.Encoding.ASCII.GetBytes(text);

    protected static int NumberIn(ReadOnlySpan<byte> digits)
    {
        int value = 0;
        foreach (byte digit in digits)
        {
            if (digit is >= (byte)'0' and <= (byte)'9') value = (value * 10) + digit - '0';
        }

        return value;
    }
}

/// <summary>NATS: lines, and a message's size at the end of its line.</summary>
internal sealed class NatsWire : BrokerWire
{
    private const string Connect = "CONNECT {\"verbose\":false,\"pedantic\":false}\r\n";

    public override string Program => "nats-server";

    public override byte[] Behind => "\r\n"u8.ToArray();

    public override byte[] Ask => "PING\r\n"u8.ToArray();

    public override byte[] Pong => "PONG\r\n"u8.ToArray();

    public override byte[] Subscribe(string client) => Text($"{Connect}SUB {Topic} 1\r\nPING\r\n");

    public override byte[] Publisher(string client) => Text(Connect);

    public override byte[] Before(int payloadBytes) => Text($"PUB {Topic} {payloadBytes}\r\n");

    public override string[] Arguments(int port, string folder) => ["-a", "127.0.0.1", "-p", $"{port}"];

    public override int Read(ReadOnlySpan<byte> bytes, out Arrival arrival, out Range payload)
    {
        (arrival, payload) = (Arrival.None, default);
        int line = bytes.IndexOf((byte)'\n') + 1;
        if (line == 0) return 0;
        if (bytes[0] != 'M')
        {
            // A subscriber's PING comes right behind its SUB: its PONG says that the subscription stands.
            arrival = bytes.StartsWith("PONG"u8) ? Arrival.Taken : bytes.StartsWith("PING"u8) ? Arrival.Ping : Arrival.Other;
            return line;
        }

        ReadOnlySpan<byte> head = bytes[..(line - 2)];
        int size = NumberIn(head[(head.LastIndexOf((byte)' ') + 1)..]);
        if (bytes.Length < line + size + 2) return 0;
        (arrival, payload) = (Arrival.Message, line..(line + size));
        return line + size + 2;
    }
}

/// <summary>Redis: arrays of strings, each with its length before it.</summary>
internal sealed class RedisWire : BrokerWire
{
    public override string Program => "redis-server";

    public override byte[] Behind => "\r\n"u8.ToArray();

    public override byte[] Ask => [];

    public override byte[] Pong => [];

    public override byte[] Subscribe(string client) => Text($"*2\r\n$9\r\nSUBSCRIBE\r\n${Topic.Length}\r\n{Topic}\r\n");

    public override byte[] Publisher(string client) => [];

    public override byte[] Before(int payloadBytes) => Text($"*3\r\n$7\r\nPUBLISH\r\n${Topic.Length}\r\n{Topic}\r\n${payloadBytes}\r\n");

    public override string[] Arguments(int port, string folder) => ["--bind", "127.0.0.1", "--port", $"{port}", "--save", "", "--appendonly", "no", "--dir", folder];

    public override int Read(ReadOnlySpan<byte> bytes, out Arrival arrival, out Range payload)
    {
        (arrival, payload) = (Arrival.None, default);
        int at = bytes.IndexOf((byte)'\n') + 1;
        if (at == 0) return 0;
        if (bytes[0] != '*')
        {
            // How many got a message: one such line for each PUBLISH.
            arrival = bytes[0] == ':' ? Arrival.Taken : Arrival.Other;
            return at;
        }

        Arrival kind = Arrival.Other;
        for (int i = 0, count = NumberIn(bytes[..at]); i < count; i++)
        {
            int line = bytes[at..].IndexOf((byte)'\n') + 1;
            if (line == 0) return 0;
            bool isString = bytes[at] == '$';
            int length = isString ? NumberIn(bytes.Slice(at, line)) : 0;
            at += line;
            if (!isString) continue;
            if (bytes.Length < at + length + 2) return 0;
            if (i == 0) kind = bytes.Slice(at, length).SequenceEqual("message"u8) ? Arrival.Message : Arrival.Subscribed;
            if (i == 2) payload = at..(at + length);
            at += length + 2;
        }

        arrival = kind;
        return at;
    }
}

/// <summary>MQTT 3.1.1 at most once: a byte of kind, a length in groups of seven bits.</summary>
internal sealed class MqttWire : BrokerWire
{
    public override string Program => "mosquitto";

    public override byte[] Behind => [];

    public override byte[] Ask => [0xC0, 0];

    public override byte[] Pong => [0xD0, 0];

    public override byte[] Subscribe(string client) => [.. Publisher(client), 0x82, (byte)(5 + Topic.Length), 0, 1, 0, (byte)Topic.Length, .. Text(Topic), 0];

    public override byte[] Publisher(string client) =>
        [0x10, (byte)(12 + client.Length), 0, 4, .. "MQTT"u8, 4, 2, 0, 0, 0, (byte)client.Length, .. Text(client)];

    public override byte[] Before(int payloadBytes)
    {
        List<byte> head = [0x30];
        for (int length = payloadBytes + 2 + Topic.Length; ; length >>= 7)
        {
            head.Add((byte)(length > 127 ? (length & 127) | 128 : length));
            if (length <= 127) break;
        }

        return [.. head, 0, (byte)Topic.Length, .. Text(Topic)];
    }

    public override string[] Arguments(int port, string folder)
    {
        string config = Path.Combine(folder, "mosquitto.conf");
        File.WriteAllText(config, $"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n");
        return ["-c", config];
    }

    public override int Read(ReadOnlySpan<byte> bytes, out Arrival arrival, out Range payload)
    {
        (arrival, payload) = (Arrival.None, default);
        (int at, int length, int shift) = (1, 0, 0);
        do
        {
            if (at >= bytes.Length) return 0;
            length |= (bytes[at] & 127) << shift;
            shift += 7;
        }
        while (bytes[at++] > 127);

        if (bytes.Length < at + length) return 0;
        arrival = (bytes[0] >> 4) switch { 3 => Arrival.Message, 9 => Arrival.Subscribed, 12 => Arrival.Ping, 13 => Arrival.Taken, _ => Arrival.Other };
        if (arrival == Arrival.Message) payload = (at + 2 + (bytes[at] << 8) + bytes[at + 1])..(at + length);
        return at + length;
    }
}
