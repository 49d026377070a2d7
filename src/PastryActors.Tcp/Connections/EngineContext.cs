using System.Net;
using Microsoft.Extensions.Logging;
using PastryActors.Core.Wire;
using PastryActors.Engine;
using PastryActors.Tcp.Diagnostics;
using PastryActors.Tcp.Identity;
using PastryActors.Tcp.Timers;

namespace PastryActors.Tcp.Connections;

/// <summary>What every part of one engine shares.</summary>
internal sealed class EngineContext(TcpOptions options, WireCodec codec, ProcessIdentity identity, ILogger log) : IDisposable
{
    private readonly WarningGate _warnings = new(TimeSpan.FromSeconds(10));

    private readonly bool[] _kinds = KindsOf(codec);

    public TcpOptions Options { get; } = options;
    public WireCodec Codec { get; } = codec;
    public ProcessIdentity Identity { get; } = identity;
    public ILogger Log { get; } = log;
    public Tally Tally { get; } = new();
    public DeadLetters DeadLetters { get; } = new();
    public WakeUpClock Clock { get; } = new();
    public LocalNodes Nodes { get; } = new();

    /// <summary>Whether the codec reads messages of this kind.</summary>
    public bool Knows(byte kind) => _kinds[kind];

    /// <summary>Counts a refusal, and warns of it now and then.</summary>
    public void Refused(Refusal reason, EndPoint? peer, string detail)
    {
        Tally.Refused(reason);
        if (_warnings.TryPass(reason, out long suppressed)) Log.Refused(peer, reason, detail, suppressed);
    }

    /// <summary>Counts nothing, but warns now and then that connections cannot be accepted.</summary>
    public void AcceptFailed(string detail)
    {
        if (_warnings.TryPass(Refusal.None, out long suppressed)) Log.AcceptFailed(detail, suppressed);
    }

    private static bool[] KindsOf(WireCodec codec)
    {
        bool[] kinds = new bool[byte.MaxValue + 1];
        foreach (MessageKind kind in codec.Kinds) kinds[kind.Number] = true;
        return kinds;
    }

    public void Dispose()
    {
        Clock.Dispose();
        Identity.Dispose();
    }
}
