using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Microsoft.Extensions.Logging;
using PastryActors.Akka.Diagnostics;
using PastryActors.Akka.Nodes;
using PastryActors.Akka.Wire;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Engine;

namespace PastryActors.Akka;

/// <summary>What every part of one engine shares. Safe for any thread.</summary>
internal sealed class EngineState(ActorSystem system, AkkaOptions options, WireCodec codec, ILogger log)
{
    private readonly ConcurrentDictionary<RingId, AkkaNode> _nodes = new();
    private readonly HashSet<byte> _kinds = [.. codec.Kinds.Select(static k => k.Number)];

    public AkkaOptions Options { get; } = options;
    public WireCodec Codec { get; } = codec;
    public ILogger Log { get; } = log;
    public AkkaTally Tally { get; } = new();
    public DeadLetters DeadLetters { get; } = new();

    /// <summary>This actor system as its peers know it.</summary>
    public Address Address { get; } = ((ExtendedActorSystem)system).Provider.DefaultAddress;

    /// <summary>The nodes that run here, as of some moment.</summary>
    public IReadOnlyCollection<AkkaNode> Nodes => [.. _nodes.Values];

    public bool TryAdd(AkkaNode node) => _nodes.TryAdd(node.Handle.Id, node);

    public void Remove(AkkaNode node) => _nodes.TryRemove(new KeyValuePair<RingId, AkkaNode>(node.Handle.Id, node));

    /// <summary>The node here that another one means: by its id or, for a seed whose id is not known yet, by this system's address.</summary>
    public bool TryGet(AkkaNode from, NodeHandle to, [MaybeNullWhen(false)] out AkkaNode node)
    {
        if (to.Id != default) return _nodes.TryGetValue(to.Id, out node);
        node = PeerAddresses.TryParse(to.Address, Address, out Address? address) && address.Equals(Address) ? Nodes.FirstOrDefault(n => n != from) : null;
        return node is not null;
    }

    /// <summary>The node that a stranger means; any if it does not say which.</summary>
    public AkkaNode? Find(RingId target) => target == default ? Nodes.FirstOrDefault() : _nodes.GetValueOrDefault(target);

    /// <summary>Stops an actor after the message at hand, before what waits.</summary>
    public void Stop(IActorRef actor) => system.Stop(actor);

    /// <summary>Whether the codec reads messages of this kind.</summary>
    public bool Knows(byte kind) => _kinds.Contains(kind);

    /// <summary>Counts a refusal and says why.</summary>
    public void Refused(LinkRefusal reason, object peer, string detail)
    {
        Tally.Refused(reason);
        Log.Refused(peer.ToString() ?? "", reason, detail);
    }
}
