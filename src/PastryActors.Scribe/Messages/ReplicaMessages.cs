using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Messages;

/// <summary>
/// A root begins (or begins anew) to keep a copy of its numbering on the receiver. The receiver keeps what it has of the term before
/// up to <paramref name="Base"/>, else starts empty after <paramref name="Start"/>, and answers with where it stands.
/// </summary>
/// <param name="Previous">The term whose numbering the root took over.</param>
/// <param name="Base">The last number when the term began.</param>
/// <param name="Start">The number before the oldest message that the root can still send.</param>
/// <param name="Reset">Start empty whatever there is: the root can no longer send what lies between.</param>
/// <param name="Windows">What the root remembers of its publishers.</param>
/// <param name="Group">Whose majority decides.</param>
public sealed record ReplicaState(RingId Topic, string Name, Term Term, Term Previous, ulong Base, ulong Start, bool Reset, ValueList<PublisherMemory> Windows, ReplicaGroup Group) : Message
{
    public const byte Number = 80;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Topic);
        writer.Text(2, Name);
        writer.Term(3, Term);
        writer.Term(4, Previous);
        writer.Number(5, Base);
        writer.Number(6, Start);
        writer.Flag(7, Reset);
        foreach (PublisherMemory window in Windows) window.Write(writer, 8);
        Group.Write(writer, 9);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        (string name, Term term, Term previous, ulong atBase, ulong start, bool reset) = ("", default(Term), default(Term), 0UL, 0UL, false);
        var windows = new List<PublisherMemory>();
        ReplicaGroup group = ReplicaGroup.None;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: name = reader.Name(); break;
                case 3: term = reader.Term(); break;
                case 4: previous = reader.Term(); break;
                case 5: atBase = reader.Limited(); break;
                case 6: start = reader.Limited(); break;
                case 7: reset = reader.Flag(); break;
                case 8: windows.Add(PublisherMemory.Read(reader.Nested())); break;
                case 9: group = ReplicaGroup.Read(reader.Nested()); break;
                default: reader.Skip(); break;
            }
        }

        return new ReplicaState(Fields.Required(topic), name, term, previous, atBase, start, reset, windows.ToValueList(), group);
    }
}

/// <summary>Messages that the root has numbered, for the copy of its numbering. Without messages: the root still stands, and asks where the copy does.</summary>
/// <param name="Marks">One a message.</param>
/// <param name="Group">Whose majority decides, where that has changed; else none.</param>
public sealed record Replicate(RingId Topic, Term Term, ulong First, ValueList<TopicItem> Items, ValueList<PublishMark> Marks, ReplicaGroup Group) : Message
{
    public const byte Number = 81;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Topic);
        writer.Term(2, Term);
        writer.Number(3, First);
        writer.Items(4, Items, Marks);
        Group.Write(writer, 5);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        (Term term, ulong first) = (default(Term), 0UL);
        var items = new ItemReader(reader.Rest, marked: true);
        ReplicaGroup group = ReplicaGroup.None;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: term = reader.Term(); break;
                case 3: first = reader.Limited(); break;
                case 4: items.Read(ref reader); break;
                case 5: group = ReplicaGroup.Read(reader.Nested()); break;
                default: reader.Skip(); break;
            }
        }

        Fields.CheckRun(first, items.Count);
        return new Replicate(Fields.Required(topic), term, first, items.Items(), items.Marks(), group);
    }
}

/// <summary>Where a copy of the numbering stands.</summary>
/// <param name="Term">The term that the copy follows or has promised: higher than the root's, and the root is one no longer; lower, and the copy must be begun anew.</param>
/// <param name="Last">The last number that the copy holds.</param>
/// <param name="Version">Of the group that the copy knows.</param>
public sealed record ReplicaAck(RingId Topic, Term Term, ulong Last, ulong Version) : Message
{
    public const byte Number = 82;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Topic);
        writer.Term(2, Term);
        writer.Number(3, Last);
        writer.Number(4, Version);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        (Term term, ulong last, ulong version) = (default(Term), 0UL, 0UL);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: term = reader.Term(); break;
                case 3: last = reader.Limited(); break;
                case 4: version = reader.Limited(); break;
                default: reader.Skip(); break;
            }
        }

        return new ReplicaAck(Fields.Required(topic), term, last, version);
    }
}
