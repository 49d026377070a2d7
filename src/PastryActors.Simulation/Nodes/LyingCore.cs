using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Messages;
using PastryActors.Pastry.Messages;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Simulation.Workers;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Nodes;

/// <summary>What a node lies about.</summary>
public enum LieKind : byte
{
    /// <summary>It acknowledges what is routed through it, and drops it.</summary>
    Drop,

    /// <summary>It sends what is routed through it to some node that it heard of, wherever that is.</summary>
    Misroute,

    /// <summary>It names nodes that are not there as its leaf set, and calls those that are there failed.</summary>
    Leafsets,

    /// <summary>It serves other bytes than it holds.</summary>
    Content,

    /// <summary>It says that it holds what it threw away, and answers audits with what it makes up.</summary>
    Proofs,

    /// <summary>It changes, attributes to others, and repeats messages of topics that it passes on, as a forwarder or as the root.</summary>
    Messages,
}

/// <summary>
/// A node that lies to others, in one way, about all it can: a bound on what one compromised node may do to the rest. Inside it runs
/// the honest core, so that it stays a member; the identity of others it cannot take, since engines prove who sent a message.
/// </summary>
internal sealed class LyingCore(INodeCore inner, LieKind kind, ulong seed) : AlteredCore(inner)
{
    /// <summary>Invented neighbours in a message.</summary>
    private const int InventedCount = 8;

    /// <summary>Peers that are remembered, to misroute to or to accuse.</summary>
    private const int PeersMax = 32;

    private readonly RandomSource _random = new(seed);
    private readonly List<NodeHandle> _peers = [];
    private readonly Dictionary<RingId, TopicItem> _passed = [];

    protected override bool Takes(in NodeEvent happened, Instant now, Outbox outbox)
    {
        if (happened is { Kind: NodeEventKind.Received, From: { } from }) Remember(from);
        if (happened.Body is not Routed hop || kind is not (LieKind.Drop or LieKind.Misroute)) return true;
        if (hop.Sequence != 0) outbox.Send(happened.From!, new HopAck(hop.Sequence));
        // Honest nodes give a message up after as many hops as no route takes, so it cannot go round for ever.
        if (kind == LieKind.Misroute && hop.Hops < byte.MaxValue && _peers.Count > 0)
        {
            outbox.Report(new Fact(FactKind.HopTaken, hop.Key, hop.Hops + 1));
            outbox.Send(_peers[_random.Next(_peers.Count)], hop with { Hops = hop.Hops + 1, Sequence = 0 });
        }

        return false;
    }

    protected override void Let(in Effect effect, Outbox outbox)
    {
        switch (effect.Body)
        {
            case LeafSetProbe probe when kind == LieKind.Leafsets:
                outbox.Send(effect.To!, probe with { Leafs = [.. Invented(effect.To!)], Failed = [.. _peers] }, effect.Lane);
                break;
            case StateReply reply when kind == LieKind.Leafsets:
                outbox.Send(effect.To!, reply with { Nodes = [.. Invented(effect.To!)], More = [.. Invented(effect.To!)] }, effect.Lane);
                break;
            case Multicast multicast when kind == LieKind.Messages:
                outbox.Send(effect.To!, new Multicast(multicast.Topic, multicast.Term, multicast.First, Forged(multicast.Topic, multicast.Items)), effect.Lane);
                break;
            case HistoryAnswer answer when kind == LieKind.Messages:
                outbox.Send(effect.To!, answer with { Items = Forged(answer.Topic, answer.Items) }, effect.Lane);
                break;
            case AuditProof proof when kind == LieKind.Proofs:
                outbox.Send(effect.To!, proof with { Proof = Hash256.Of([(byte)_random.Next(256)]) }, effect.Lane);
                break;
            default:
                if (kind == LieKind.Content && effect is { Kind: EffectKind.Send, Content: { } content }) outbox.Send(effect.To!, effect.Message, effect.Lane, new VirtualContent(content.Length, Hash256.Of([(byte)_random.Next(256)])));
                else Pass(effect, outbox);
                break;
        }
    }

    /// <summary>Messages with one among them that is not what was published under that number, one time in two.</summary>
    private ValueList<TopicItem> Forged(RingId topic, ValueList<TopicItem> items)
    {
        if (items.Count == 0 || _random.Next(2) == 0) return items;
        TopicItem[] forged = [.. items];
        ref TopicItem chosen = ref forged[_random.Next(forged.Length)];
        TopicItem other = _passed.GetValueOrDefault(topic, chosen);
        _passed[topic] = chosen;
        // What it says instead was published once: only the signature tells that it was not published there, or by whom.
        chosen = _random.Next(4) switch
        {
            0 => chosen with { Payload = other.Payload },
            1 => chosen with { Publisher = other.Publisher, Payload = other.Payload },
            2 => new TopicItem(chosen.Publisher, other.Payload),
            _ => other,
        };
        return new ValueList<TopicItem>(forged);
    }

    /// <summary>
    /// Ids right beside the victim's, so that all of them would belong into its leaf set; the same at every time. Ever new ones would be
    /// a flood, against which only a bound on what a peer may ask helps.
    /// </summary>
    private IEnumerable<NodeHandle> Invented(NodeHandle victim)
    {
        for (int i = 0; i < InventedCount; i++)
        {
            UInt128 beside = unchecked(victim.Id.Value + (UInt128)(Int128)((long)Mixing.Of(seed, (ulong)i) >> 8));
            yield return new NodeHandle(new RingId(beside), _peers.Count > 0 ? _peers[_random.Next(_peers.Count)].Address : victim.Address, 1);
        }
    }

    private void Remember(NodeHandle peer)
    {
        if (_peers.Contains(peer)) return;
        if (_peers.Count < PeersMax) _peers.Add(peer);
        else _peers[_random.Next(PeersMax)] = peer;
    }
}
