using PastryActors.Core.Collections;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Journal;

/// <summary>
/// One change of a replica of a topic's numbering, as it lies on the disk: what is promised and followed, whose majority decides, and what
/// was cut off and added. Replayed in the order of their indexes, entries give the replica again.
/// </summary>
/// <param name="Name">The topic's name.</param>
/// <param name="Promised">No earlier term is followed any more.</param>
/// <param name="Term">The term that the log follows.</param>
/// <param name="Parts">Of the first entry of a checkpoint: how many entries it has; the log begins anew after <paramref name="Keep"/>. Else 0.</param>
/// <param name="Keep">The log keeps what it has up to this number.</param>
/// <param name="Group">The group in force.</param>
/// <param name="Windows">What is remembered of publishers, where that was replaced; else none.</param>
/// <param name="First">Sequence number of the first item.</param>
/// <param name="Items">What was added after <paramref name="Keep"/>.</param>
/// <param name="Marks">One an item.</param>
internal sealed record JournalEntry(
    string Name, Term Promised, Term Term, int Parts, ulong Keep, ReplicaGroup Group, ValueList<PublisherMemory> Windows, ulong First, ValueList<TopicItem> Items, ValueList<PublishMark> Marks)
{
    private static readonly WireCodec NoMessages = new([]);

    public byte[] Encode()
    {
        var writer = new WireWriter();
        writer.Text(1, Name);
        writer.Term(2, Promised);
        writer.Term(3, Term);
        writer.Number(4, (ulong)Parts);
        writer.Number(5, Keep);
        Group.Write(writer, 6);
        foreach (PublisherMemory window in Windows) window.Write(writer, 7);
        writer.Number(8, First);
        writer.Items(9, Items, Marks);
        return writer.Written.ToArray();
    }

    /// <summary>Reads what <see cref="Encode"/> wrote; null for anything else: a disk lies too.</summary>
    public static JournalEntry? TryDecode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Read(new WireReader(bytes, NoMessages));
        }
        catch (WireFormatException)
        {
            return null;
        }
    }

    private static JournalEntry Read(WireReader reader)
    {
        (string name, Term promised, Term term, int parts, ulong keep, ulong first) = ("", default(Term), default(Term), 0, 0UL, 0UL);
        ReplicaGroup group = ReplicaGroup.None;
        List<PublisherMemory> windows = [];
        var items = new ItemReader(reader.Rest, marked: true);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: name = reader.Name(); break;
                case 2: promised = reader.Term(); break;
                case 3: term = reader.Term(); break;
                case 4: parts = reader.Int(); break;
                case 5: keep = reader.Limited(); break;
                case 6: group = ReplicaGroup.Read(reader.Nested()); break;
                case 7: windows.Add(PublisherMemory.Read(reader.Nested())); break;
                case 8: first = reader.Limited(); break;
                case 9: items.Read(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        if (TopicName.Problem(name) is { } problem) throw new WireFormatException(problem);
        if (items.Count > 0) Fields.CheckRun(first, items.Count);
        return new JournalEntry(name, promised, term, parts, keep, group, windows.ToValueList(), first, items.Items(), items.Marks());
    }
}
