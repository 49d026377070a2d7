using System.Diagnostics.Metrics;
using PastryActors.Engine;
using PastryActors.Tcp.Diagnostics;

namespace PastryActors.Tcp;

/// <summary>Every instrument of the engine, on the meter "PastryActors.Tcp". All observe counters that are kept anyway.</summary>
internal sealed class Telemetry : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "PastryActors.Tcp";

    private readonly Meter _meter = new(MeterName);

    public Telemetry(TcpEngine engine)
    {
        _meter.CreateObservableGauge("pastry.tcp.connections", () => engine.Counters.ConnectionsOpen, "{connection}", "Open connections.");
        _meter.CreateObservableGauge("pastry.tcp.handshakes", () => engine.Counters.HandshakesOpen, "{connection}", "Strangers in the handshake.");
        _meter.CreateObservableCounter("pastry.tcp.connections.accepted", () => engine.Counters.ConnectionsAccepted, "{connection}", "Connections that peers made.");
        _meter.CreateObservableCounter("pastry.tcp.connections.dialled", () => engine.Counters.ConnectionsDialled, "{connection}", "Connections that this engine made.");
        _meter.CreateObservableCounter("pastry.tcp.dials.failed", () => engine.Counters.DialsFailed, "{attempt}", "Attempts to connect that failed.");
        _meter.CreateObservableCounter("pastry.tcp.messages.local", () => engine.Counters.MessagesLocal, "{message}", "Messages between nodes of this process.");
        _meter.CreateObservableCounter("pastry.tcp.messages.sent", () => ByLane(engine, c => c.MessagesSent), "{message}", "Messages sent, by lane.");
        _meter.CreateObservableCounter("pastry.tcp.messages.received", () => ByLane(engine, c => c.MessagesReceived), "{message}", "Messages received, by lane.");
        _meter.CreateObservableCounter("pastry.tcp.bytes.sent", () => ByLane(engine, c => c.BytesSent), "By", "Bytes sent, by lane, before encryption.");
        _meter.CreateObservableCounter("pastry.tcp.bytes.received", () => ByLane(engine, c => c.BytesReceived), "By", "Bytes received, by lane, after decryption.");
        _meter.CreateObservableCounter("pastry.tcp.node.restarts", () => engine.Counters.NodeRestarts, "{restart}", "Cores that failed and were replaced.");
        _meter.CreateObservableCounter("pastry.tcp.node.given_up", () => engine.Counters.NodesGivenUp, "{node}", "Nodes given up after too many failures.");
        _meter.CreateObservableGauge("pastry.tcp.mailbox.depth", () => engine.Nodes.Sum(static n => n.MailboxDepth), "{message}", "Messages waiting in mailboxes.");
        _meter.CreateObservableCounter("pastry.tcp.refusals", () => ByReason<Refusal>(engine.RefusalsOf), "{refusal}", "Refusals, by reason.");
        _meter.CreateObservableCounter("pastry.tcp.dead_letters", () => ByReason<DeadLetterReason>(r => engine.DeadLetters[r]), "{message}", "Messages that reached nobody, by reason.");
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> ByLane(TcpEngine engine, Func<LaneCounters, long> read)
    {
        TcpCounters counters = engine.Counters;
        yield return new Measurement<long>(read(counters.Control), new KeyValuePair<string, object?>("lane", "control"));
        yield return new Measurement<long>(read(counters.Bulk), new KeyValuePair<string, object?>("lane", "bulk"));
    }

    private static IEnumerable<Measurement<long>> ByReason<TReason>(Func<TReason, long> read)
        where TReason : struct, Enum
    {
        foreach (TReason reason in Enum.GetValues<TReason>())
        {
            yield return new Measurement<long>(read(reason), new KeyValuePair<string, object?>("reason", reason.ToString()));
        }
    }
}
