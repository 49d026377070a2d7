using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Messages;

/// <summary>
/// The sender is becoming the topic's root: asks what the receiver knows, and for its promise to follow no earlier term any more. A root
/// that is farther from the topic steps down on it.
/// </summary>
/// <param name="Term">The term that the sender means to begin.</param>
public sealed record RecoverRequest(RingId Topic, ulong Nonce, string Name, Term Term) : Message
{
    public const byte Number = 83;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        NoncedTopic.Write(writer, Topic, Nonce);
        writer.Text(3, Name);
        writer.Term(4, Term);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        (ulong nonce, string name, Term term) = (0UL, "", default(Term));
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: nonce = reader.Number(); break;
                case 3: name = reader.Name(); break;
                case 4: term = reader.Term(); break;
                default: reader.Skip(); break;
            }
        }

        return new RecoverRequest(Fields.Required(topic), nonce, name, term);
    }
}

/// <summary>What a node knows of a topic's numbering.</summary>
/// <param name="HasLog">Whether it holds a copy that can be fetched; else term and last are hearsay, above which a new root begins.</param>
/// <param name="ActingRoot">Whether it is the root, or becoming it, and means to stay.</param>
/// <param name="Start">The number before the oldest message of the copy.</param>
/// <param name="Promised">The term below which the sender follows none: the one asked for, and it is granted; else it is not.</param>
/// <param name="Group">The latest that the sender knows.</param>
public sealed record RecoverAnswer(RingId Topic, ulong Nonce, bool HasLog, bool ActingRoot, Term Term, ulong Last, ulong Start, Term Promised, ReplicaGroup Group) : Message
{
    public const byte Number = 84;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        NoncedTopic.Write(writer, Topic, Nonce);
        writer.Flag(3, HasLog);
        writer.Flag(4, ActingRoot);
        writer.Term(5, Term);
        writer.Number(6, Last);
        writer.Number(7, Start);
        writer.Term(8, Promised);
        Group.Write(writer, 9);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        (ulong nonce, bool hasLog, bool acting, Term term, ulong last, ulong start) = (0UL, false, false, default(Term), 0UL, 0UL);
        (Term promised, ReplicaGroup group) = (default(Term), ReplicaGroup.None);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: nonce = reader.Number(); break;
                case 3: hasLog = reader.Flag(); break;
                case 4: acting = reader.Flag(); break;
                case 5: term = reader.Term(); break;
                case 6: last = reader.Limited(); break;
                case 7: start = reader.Limited(); break;
                case 8: promised = reader.Term(); break;
                case 9: group = ReplicaGroup.Read(reader.Nested()); break;
                default: reader.Skip(); break;
            }
        }

        return new RecoverAnswer(Fields.Required(topic), nonce, hasLog, acting, term, last, start, promised, group);
    }
}

/// <summary>Send what follows <paramref name="After"/> of the copy; with <paramref name="Windows"/>, the memory of publishers instead.</summary>
public sealed record LogFetch(RingId Topic, ulong Nonce, ulong After, bool Windows) : Message
{
    public const byte Number = 85;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        NoncedTopic.Write(writer, Topic, Nonce);
        writer.Number(3, After);
        writer.Flag(4, Windows);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        (ulong nonce, ulong after, bool windows) = (0UL, 0UL, false);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: nonce = reader.Number(); break;
                case 3: after = reader.Limited(); break;
                case 4: windows = reader.Flag(); break;
                default: reader.Skip(); break;
            }
        }

        return new LogFetch(Fields.Required(topic), nonce, after, windows);
    }
}

/// <summary>Part of a copy of the numbering: the memory of publishers, or the run that comes next.</summary>
public sealed record LogItems(RingId Topic, ulong Nonce, ulong First, ValueList<TopicItem> Items, ValueList<PublishMark> Marks, ValueList<PublisherMemory> Windows) : Message
{
    public const byte Number = 86;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        NoncedTopic.Write(writer, Topic, Nonce);
        writer.Number(3, First);
        writer.Items(4, Items, Marks);
        foreach (PublisherMemory window in Windows) window.Write(writer, 5);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        (ulong nonce, ulong first) = (0UL, 0UL);
        var items = new ItemReader(reader.Rest, marked: true);
        var windows = new List<PublisherMemory>();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: nonce = reader.Number(); break;
                case 3: first = reader.Limited(); break;
                case 4: items.Read(ref reader); break;
                case 5: windows.Add(PublisherMemory.Read(reader.Nested())); break;
                default: reader.Skip(); break;
            }
        }

        if (items.Count > 0) Fields.CheckRun(first, items.Count);
        return new LogItems(Fields.Required(topic), nonce, first, items.Items(), items.Marks(), windows.ToValueList());
    }
}
