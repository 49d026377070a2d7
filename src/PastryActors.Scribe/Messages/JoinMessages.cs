using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Messages;

/// <summary>
/// The paper's JOIN (SUBSCRIBE of the first): routed towards the topic's id; the first node that it meets takes the sender as its child
/// and joins in its turn. Sent directly when a full parent named one of its children instead.
/// </summary>
/// <param name="Name">The topic's name, or empty where the sender does not know it.</param>
/// <param name="Child">Who joins.</param>
/// <param name="Nonce">Comes back with the answer, so that only whom the join reached can answer it.</param>
/// <param name="HasPosition">Whether the child continues after <paramref name="Have"/>; a new one starts with what comes next.</param>
/// <param name="Have">The last number that the child needs no more.</param>
/// <param name="Term">The latest term that the child knows of.</param>
/// <param name="Redirects">How often the child was sent on by a full parent in this attempt.</param>
public sealed record JoinTopic(RingId Topic, string Name, NodeHandle Child, ulong Nonce, bool HasPosition, ulong Have, Term Term, int Redirects) : Message
{
    public const byte Number = 64;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Topic);
        writer.Text(2, Name);
        writer.Node(3, Child);
        writer.Number(4, Nonce);
        writer.Flag(5, HasPosition);
        writer.Number(6, Have);
        writer.Term(7, Term);
        writer.Number(8, (ulong)Redirects);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        NodeHandle? child = null;
        string name = "";
        (ulong nonce, bool hasPosition, ulong have, Term term, int redirects) = (0UL, false, 0UL, default(Term), 0);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: name = reader.Name(); break;
                case 3: child = reader.Node(); break;
                case 4: nonce = reader.Number(); break;
                case 5: hasPosition = reader.Flag(); break;
                case 6: have = reader.Limited(); break;
                case 7: term = reader.Term(); break;
                case 8: redirects = reader.Int(); break;
                default: reader.Skip(); break;
            }
        }

        return new JoinTopic(Fields.Required(topic), name, Fields.Required(child), nonce, hasPosition, have, term, redirects);
    }
}

/// <summary>The sender is the receiver's parent from now on; what the receiver misses up to <paramref name="Last"/> follows.</summary>
/// <param name="Nonce">That of the join.</param>
/// <param name="Root">The topic's root, to ask for what the parent does not have.</param>
/// <param name="Last">The last number that the parent passed on; a new child starts after it.</param>
/// <param name="Path">The parent, its parent and so on up to the root.</param>
public sealed record JoinAccepted(RingId Topic, ulong Nonce, Term Term, NodeHandle Root, ulong Last, ValueList<RingId> Path) : Message
{
    public const byte Number = 65;

    /// <summary>The topic's settings as the parent knows them.</summary>
    public TopicSettings Settings { get; init; } = TopicSettings.Default;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Topic);
        writer.Number(2, Nonce);
        writer.Term(3, Term);
        writer.Node(4, Root);
        writer.Number(5, Last);
        writer.Path(6, Path);
        writer.Settings(7, Settings);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        NodeHandle? root = null;
        (ulong nonce, Term term, ulong last, TopicSettings settings) = (0UL, default(Term), 0UL, TopicSettings.Default);
        var path = new List<RingId>();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: nonce = reader.Number(); break;
                case 3: term = reader.Term(); break;
                case 4: root = reader.Node(); break;
                case 5: last = reader.Limited(); break;
                case 6: reader.PathNode(path); break;
                case 7: settings = reader.Settings(); break;
                default: reader.Skip(); break;
            }
        }

        return new JoinAccepted(Fields.Required(topic), nonce, term, Fields.Required(root), last, path.ToValueList()) { Settings = settings };
    }
}

/// <summary>
/// Join under one of <paramref name="To"/>: whichever is least far from the sender by way of it and has room. Sent to a joiner by a parent
/// without room, to a child that is to make room (the bottleneck remover's, JSAC 2002, V-C), and by a forwarder that nobody but this child needs.
/// </summary>
/// <param name="Nonce">That of the receiver's join, the one that is open or the one that made it a child.</param>
public sealed record JoinRedirected(RingId Topic, ulong Nonce, ValueList<Candidate> To) : Message
{
    public const byte Number = 66;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Topic);
        writer.Number(2, Nonce);
        foreach (Candidate candidate in To)
        {
            int mark = writer.Begin(3);
            writer.Node(1, candidate.Node);
            writer.Number(2, candidate.DelayMicros);
            writer.End(mark);
        }
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        ulong nonce = 0;
        var to = new List<Candidate>();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: nonce = reader.Number(); break;
                case 3: to.Add(ReadCandidate(ref reader)); break;
                default: reader.Skip(); break;
            }

            if (to.Count > Fields.CandidatesMax) throw new WireFormatException($"more than {Fields.CandidatesMax} nodes to join under");
        }

        return to.Count > 0 ? new JoinRedirected(Fields.Required(topic), nonce, to.ToValueList()) : throw new WireFormatException("nobody to join under");
    }

    private static Candidate ReadCandidate(ref WireReader outer)
    {
        WireReader reader = outer.Nested();
        NodeHandle? node = null;
        uint delayMicros = 0;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: node = reader.Node(); break;
                case 2: delayMicros = reader.UInt(); break;
                default: reader.Skip(); break;
            }
        }

        return new Candidate(Fields.Required(node), delayMicros);
    }
}

/// <summary>A node to join under.</summary>
/// <param name="DelayMicros">Its round trip from the one who names it, in microseconds; 0 if that was not measured.</param>
public readonly record struct Candidate(NodeHandle Node, uint DelayMicros);

/// <summary>The root cannot take the topic on: it is in as many trees as it may be.</summary>
/// <param name="Nonce">That of the join or of the question for the root.</param>
public sealed record TopicRefused(RingId Topic, ulong Nonce) : Message
{
    public const byte Number = 78;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer) => NoncedTopic.Write(writer, Topic, Nonce);

    internal static Message Read(ref WireReader reader)
    {
        (RingId topic, ulong nonce) = NoncedTopic.Read(ref reader);
        return new TopicRefused(topic, nonce);
    }
}
