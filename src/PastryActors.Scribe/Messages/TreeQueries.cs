using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Messages;

/// <summary>How far a question about a topic's tree goes, and what it wants.</summary>
public enum TreeAsk : byte
{
    /// <summary>Straight to a node: whether it has room for a child. Answered without children.</summary>
    Room = 1,

    /// <summary>Straight to a node: its whole place in the tree.</summary>
    Place = 2,

    /// <summary>Routed: who is the root? Answered without children, for who asks is not proved.</summary>
    Root = 3,

    /// <summary>Routed: the first node of the tree on the way to the root. Answered as <see cref="Root"/> is.</summary>
    Nearest = 4,
}

/// <summary>Where does the receiver stand in a topic's tree?</summary>
/// <param name="Asker">Who wants the answer.</param>
/// <param name="Nonce">Comes back with it.</param>
public sealed record TreeQuestion(RingId Topic, NodeHandle Asker, ulong Nonce, TreeAsk Ask) : Message
{
    public const byte Number = 92;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Topic);
        writer.Node(2, Asker);
        writer.Number(3, Nonce);
        writer.Number(4, (ulong)Ask);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        NodeHandle? asker = null;
        (ulong nonce, ulong ask) = (0UL, 0UL);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: asker = reader.Node(); break;
                case 3: nonce = reader.Number(); break;
                case 4: ask = reader.Number(); break;
                default: reader.Skip(); break;
            }
        }

        if (ask is < (ulong)TreeAsk.Room or > (ulong)TreeAsk.Nearest) throw new WireFormatException("a question about a tree that nobody knows");
        return new TreeQuestion(Fields.Required(topic), Fields.Required(asker), nonce, (TreeAsk)ask);
    }
}

/// <summary>Where the sender stands in a topic's tree.</summary>
/// <param name="Nonce">That of the question.</param>
/// <param name="IsInTree">Whether it has a parent or is the root in office.</param>
/// <param name="HasRoom">Whether it would take one more child.</param>
/// <param name="IsRoot">Whether it is the root, or becoming it.</param>
/// <param name="IsWanted">Whether anybody needs it in the tree, or may: not only now, but for the minute before, in which children of a root that died may be on their way to it.</param>
/// <param name="Parent">Null for none.</param>
/// <param name="Children">The nearest first; none unless the question was <see cref="TreeAsk.Place"/>.</param>
/// <param name="Counters">What passed there.</param>
public sealed record TreeAnswer(
    RingId Topic, ulong Nonce, bool IsInTree, bool HasRoom, bool IsRoot, bool IsWanted, NodeHandle? Parent, ValueList<NodeHandle> Children, TreeCounters Counters) : Message
{
    public const byte Number = 93;

    /// <summary>What the topic's creator decided, as the root in office knows it; null where the sender is not that.</summary>
    public TopicSettings? Rules { get; init; }

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Topic);
        writer.Number(2, Nonce);
        writer.Flag(3, IsInTree);
        writer.Flag(4, HasRoom);
        writer.Flag(5, IsRoot);
        writer.Node(6, Parent);
        writer.Nodes(7, Children.Span);
        writer.Number(8, Counters.Subscribers);
        writer.Number(9, Counters.Last);
        writer.Number(10, Counters.Delivered);
        writer.Number(11, Counters.Gaps);
        writer.Number(12, Counters.Duplicates);
        writer.Number(13, Counters.Entries);
        writer.Flag(14, IsWanted);
        writer.Flag(15, Rules is not null);
        if (Rules is not null) writer.Settings(16, Rules);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        NodeHandle? parent = null;
        (ulong nonce, bool isInTree, bool hasRoom, bool isRoot, bool isWanted) = (0UL, false, false, false, false);
        var children = new List<NodeHandle>();
        var counters = default(TreeCounters);
        (bool hasRules, TopicSettings rules) = (false, TopicSettings.Default);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: nonce = reader.Number(); break;
                case 3: isInTree = reader.Flag(); break;
                case 4: hasRoom = reader.Flag(); break;
                case 5: isRoot = reader.Flag(); break;
                case 6: parent = reader.Node(); break;
                case 7: children.Add(reader.Node()); break;
                case 14: isWanted = reader.Flag(); break;
                case 15: hasRules = reader.Flag(); break;
                case 16: rules = reader.Settings(); break;
                default: counters = counters.Read(ref reader); break;
            }

            if (children.Count > Fields.ChildrenMax) throw new WireFormatException($"more than {Fields.ChildrenMax} children");
        }

        return new TreeAnswer(Fields.Required(topic), nonce, isInTree, hasRoom, isRoot, isWanted, parent, children.ToValueList(), counters) { Rules = hasRules ? rules : null };
    }
}

/// <summary>What a node counts of a topic.</summary>
/// <param name="Subscribers">Subscriptions there.</param>
/// <param name="Last">The highest number seen.</param>
/// <param name="Delivered">Messages passed in order since it is in the tree.</param>
/// <param name="Gaps">Messages that it had to leave out.</param>
/// <param name="Duplicates">Messages that came more than once.</param>
/// <param name="Entries">Children that the node has over all topics.</param>
public readonly record struct TreeCounters(ulong Subscribers, ulong Last, ulong Delivered, ulong Gaps, ulong Duplicates, ulong Entries)
{
    internal TreeCounters Read(ref WireReader reader)
    {
        switch (reader.Field)
        {
            case 8: return this with { Subscribers = reader.Limited() };
            case 9: return this with { Last = reader.Limited() };
            case 10: return this with { Delivered = reader.Limited() };
            case 11: return this with { Gaps = reader.Limited() };
            case 12: return this with { Duplicates = reader.Limited() };
            case 13: return this with { Entries = reader.Limited() };
            default: reader.Skip(); return this;
        }
    }
}
