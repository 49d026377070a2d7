using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Messages;

/// <summary>The sender is no child of the receiver, or no longer: send it nothing more of the topic.</summary>
public sealed record LeaveTopic(RingId Topic) : Message
{
    public const byte Number = 67;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer) => writer.Id(1, Topic);

    internal static Message Read(ref WireReader reader) => new LeaveTopic(NoncedTopic.Read(ref reader).Topic);
}

/// <summary>The sender does not count the receiver among its children: the receiver must join again.</summary>
public sealed record NotYourParent(RingId Topic) : Message
{
    public const byte Number = 68;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer) => writer.Id(1, Topic);

    internal static Message Read(ref WireReader reader) => new NotYourParent(NoncedTopic.Read(ref reader).Topic);
}

/// <summary>The parent lives. Tells the child what it may have missed, and lets it see whether it stands above itself.</summary>
/// <param name="Last">The last number that the parent passed on.</param>
/// <param name="Path">The parent, its parent and so on up to the root.</param>
public sealed record TreeHeartbeat(RingId Topic, Term Term, NodeHandle Root, ulong Last, ValueList<RingId> Path) : Message
{
    public const byte Number = 69;

    /// <summary>The topic's settings as the parent knows them.</summary>
    public TopicSettings Settings { get; init; } = TopicSettings.Default;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Topic);
        writer.Term(2, Term);
        writer.Node(3, Root);
        writer.Number(4, Last);
        writer.Path(5, Path);
        writer.Settings(6, Settings);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        NodeHandle? root = null;
        (Term term, ulong last, TopicSettings settings) = (default(Term), 0UL, TopicSettings.Default);
        var path = new List<RingId>();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: term = reader.Term(); break;
                case 3: root = reader.Node(); break;
                case 4: last = reader.Limited(); break;
                case 5: reader.PathNode(path); break;
                case 6: settings = reader.Settings(); break;
                default: reader.Skip(); break;
            }
        }

        return new TreeHeartbeat(Fields.Required(topic), term, Fields.Required(root), last, path.ToValueList()) { Settings = settings };
    }
}

/// <summary>The child lives and wants to stay.</summary>
/// <param name="Term">The latest term known in its subtree: a root that knows less has lost its memory.</param>
/// <param name="Have">The highest number known in its subtree.</param>
/// <param name="Reached">The number up to which the child itself has everything: what was on its way up to there is no more.</param>
public sealed record ChildAlive(RingId Topic, Term Term, ulong Have, ulong Reached) : Message
{
    public const byte Number = 70;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Topic);
        writer.Term(2, Term);
        writer.Number(3, Have);
        writer.Number(4, Reached);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        (Term term, ulong have, ulong reached) = (default(Term), 0UL, 0UL);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: term = reader.Term(); break;
                case 3: have = reader.Limited(); break;
                case 4: reached = reader.Limited(); break;
                default: reader.Skip(); break;
            }
        }

        return new ChildAlive(Fields.Required(topic), term, have, reached);
    }
}
