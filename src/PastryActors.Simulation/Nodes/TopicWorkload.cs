using System.Buffers.Binary;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Nodes;

/// <summary>Applications that subscribe to topics and publish numbered messages, and the book of all that they were told.</summary>
public sealed class TopicWorkload(SimRing ring)
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(20);

    private readonly List<(string Topic, RingId Publisher)> _marks = [];
    private readonly SortedDictionary<string, Retention> _retained = new(StringComparer.Ordinal);

    /// <summary>Every subscription, with all that was delivered to it.</summary>
    public List<TopicSubscription> Subscriptions { get; } = [];

    /// <summary>Every publish, with its number in <see cref="TopicPublish.Mark"/>.</summary>
    public List<TopicPublish> Publishes { get; } = [];

    /// <summary>Every anycast, with its number in <see cref="TopicPublish.Mark"/>.</summary>
    public List<TopicPublish> Anycasts { get; } = [];

    /// <summary>The time of the world.</summary>
    public Instant Now => ring.World.Now;

    /// <summary>Whether messages are signed.</summary>
    public bool IsSigned => ring.Options.Scribe is { SignMessages: true };

    /// <summary>Whether every request has ended, by its answer or with its node.</summary>
    public bool IsIdle => Publishes.Concat(Anycasts).All(static p => p.Ask.IsAnswered || p.Ask.IsOrphaned) && Subscriptions.TrueForAll(static s => s.Ask.IsAnswered || s.Ask.IsOrphaned);

    /// <summary>The topics that were created to retain something: that much of their past is part of the promise.</summary>
    public IReadOnlyDictionary<string, Retention> Retained => _retained;

    /// <summary>Whether nodes lied about messages since the books were last begun anew: then a root may have given what is not what it was given.</summary>
    public bool HadForgers { get; private set; }

    /// <summary>Whether any did in this run.</summary>
    public bool EverHadForgers { get; private set; }

    /// <summary>Has a node create a topic.</summary>
    public SimAsk Create(SimNode node, string topic, TopicSettings settings)
    {
        if (settings.Retain.IsDurable) _retained[topic] = settings.Retain;
        return ring.World.Ask(node, new DefineTopic(ring.World.NextRequestId(), RequestTimeout, topic, settings, 1));
    }

    /// <summary>Has a node subscribe to a topic.</summary>
    /// <param name="from">The first number wanted; null for what comes from now on.</param>
    /// <param name="anycasts">How many anycasts it takes.</param>
    public void Subscribe(SimNode node, string topic, int anycasts = 0, ulong? from = null) =>
        Subscriptions.Add(new TopicSubscription(topic, ring.World.Ask(node, new Subscribe(ring.World.NextRequestId(), RequestTimeout, topic) { AnycastsWanted = anycasts, From = from })));

    /// <summary>Has a node hand the next number to one member of a topic.</summary>
    public void Anycast(SimNode node, string topic)
    {
        (ulong mark, byte[] payload) = NextMark(node, topic);
        Anycasts.Add(new TopicPublish(topic, mark, ring.World.Ask(node, new Anycast(ring.World.NextRequestId(), RequestTimeout, topic, payload))));
    }

    /// <summary>Ends a subscription; nothing is promised about it any more.</summary>
    public void Unsubscribe(TopicSubscription subscription)
    {
        Subscriptions.Remove(subscription);
        if (!subscription.IsLive) return;
        ring.World.Ask(subscription.Ask.Node, new Unsubscribe(ring.World.NextRequestId(), RequestTimeout, subscription.Ask.Request.Id));
    }

    /// <summary>Nodes begin to lie about messages.</summary>
    public void BeginForging() => (HadForgers, EverHadForgers) = (true, true);

    /// <summary>
    /// Judges from now on alone. In a network that was cut, either side has a root and numbers what it is given, and a root that lies does
    /// what it likes: what was published then has no one order, and nothing is promised about it but what signatures prove.
    /// </summary>
    public void Rebase()
    {
        HadForgers = false;
        Publishes.Clear();
        foreach (TopicSubscription subscription in Subscriptions) subscription.Baseline = subscription.Ask.Replies.Count;
    }

    /// <summary>Whether that node published the message of a number to a topic.</summary>
    public bool Belongs(ulong mark, string topic, RingId publisher) => mark >= 1 && mark <= (ulong)_marks.Count && _marks[(int)mark - 1] == (topic, publisher);

    /// <summary>Has a node publish the next number to a topic.</summary>
    public void Publish(SimNode node, string topic)
    {
        (ulong mark, byte[] payload) = NextMark(node, topic);
        SimAsk ask = ring.World.Ask(node, new Publish(ring.World.NextRequestId(), RequestTimeout, topic, payload));
        Publishes.Add(new TopicPublish(topic, mark, ask));
    }

    private (ulong Mark, byte[] Payload) NextMark(SimNode node, string topic)
    {
        byte[] payload = new byte[sizeof(ulong)];
        _marks.Add((topic, node.Handle.Id));
        ulong mark = (ulong)_marks.Count;
        BinaryPrimitives.WriteUInt64BigEndian(payload, mark);
        return (mark, payload);
    }
}

/// <summary>One subscription.</summary>
/// <param name="Topic">Name of the topic.</param>
/// <param name="Ask">The request, which collects all that was delivered.</param>
public sealed record TopicSubscription(string Topic, SimAsk Ask)
{
    /// <summary>Replies that are not judged: those before the last <see cref="TopicWorkload.Rebase"/>.</summary>
    public int Baseline { get; internal set; }

    /// <summary>Whether it stands: its node is up, in the same start, and it was answered.</summary>
    public bool IsLive => !Ask.IsOrphaned && Ask.Replies.Count > 0 && Ask.Replies[0] is Subscribed;
}

/// <summary>One publish.</summary>
/// <param name="Topic">Name of the topic.</param>
/// <param name="Mark">The payload: a number that no other publish has.</param>
/// <param name="Ask">The request.</param>
public sealed record TopicPublish(string Topic, ulong Mark, SimAsk Ask);
