using System.Text;
using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Messages;

/// <summary>Writes and reads what several messages have in common, and refuses what no honest node sends.</summary>
internal static class Fields
{
    /// <summary>Longest path to a root. Trees are a handful of levels deep, redirected subtrees included; a longer path is a loop or a lie.</summary>
    public const int PathMax = 64;

    /// <summary>Nodes that a redirect names at most. The nearest few of a parent's children are as near by way of it as any others (the triangle).</summary>
    public const int CandidatesMax = 8;

    /// <summary>The largest children table of one topic: an answer about it stays within the control lane.</summary>
    public const int ChildrenMax = 1024;

    /// <summary>Topics that one message of heartbeats names at most: it stays within the control lane.</summary>
    public const int BeatsMax = 512;

    public static void Term(this WireWriter writer, int field, Term term)
    {
        int mark = writer.Begin(field);
        writer.Number(1, term.Number);
        writer.Id(2, term.Root);
        writer.End(mark);
    }

    public static Term Term(this ref WireReader outer)
    {
        WireReader reader = outer.Nested();
        ulong number = 0;
        RingId root = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: number = reader.Limited(); break;
                case 2: root = reader.Id(); break;
                default: reader.Skip(); break;
            }
        }

        return new Term(number, root);
    }

    public static string Name(this ref WireReader reader)
    {
        ReadOnlySpan<byte> bytes = reader.Bytes();
        return bytes.Length <= TopicName.MaxBytes ? Encoding.UTF8.GetString(bytes) : throw new WireFormatException($"a topic's name of more than {TopicName.MaxBytes} bytes");
    }

    public static void Path(this WireWriter writer, int field, ValueList<RingId> path)
    {
        foreach (RingId id in path) writer.Id(field, id);
    }

    /// <summary>Reads one more node of a path.</summary>
    public static void PathNode(this ref WireReader reader, List<RingId> path)
    {
        if (path.Count == PathMax) throw new WireFormatException($"a path of more than {PathMax} nodes");
        path.Add(reader.Id());
    }

    public static void Items(this WireWriter writer, int field, ValueList<TopicItem> items, ValueList<PublishMark> marks)
    {
        var runs = default(RunsMet);
        for (int i = 0; i < items.Count; i++)
        {
            int mark = writer.Begin(field);
            writer.Id(1, items[i].Publisher);
            writer.Bytes(2, items[i].Payload.Span);
            if (marks.Count > 0)
            {
                writer.Number(3, marks[i].Incarnation);
                writer.Number(4, marks[i].Number);
            }

            if (items[i].Run is { } run)
            {
                writer.Run(5, run, ref runs, i);
                writer.Number(7, (ulong)items[i].Place);
            }

            writer.End(mark);
        }
    }

    /// <summary>Writes a message's signed run into its field, or, where a message before has it, one more than the place of that message into the next field.</summary>
    public static void Run(this WireWriter writer, int field, SignedRun run, ref RunsMet met, int at)
    {
        int first = met.Meet(run, at);
        if (first < 0) run.Write(writer, field);
        else writer.Number(field + 1, (ulong)first + 1);
    }

    /// <summary>The run of a message before.</summary>
    public static SignedRun RunOf<T>(int at, ReadOnlySpan<T> items, Func<T, SignedRun?> runOf) =>
        at > 0 && at <= items.Length && runOf(items[at - 1]) is { } run ? run : throw new WireFormatException("a signed run that no message before has");

    /// <summary>Refuses a run whose numbers are not those of messages.</summary>
    public static void CheckRun(ulong first, int count)
    {
        if (first == 0 || first + (ulong)count > WireReader.NumberMax) throw new WireFormatException("a sequence out of range");
    }

    /// <summary>The field, or a refusal if it was not there.</summary>
    public static RingId Required(RingId? topic) => topic ?? throw new WireFormatException("a message without its topic");

    public static NodeHandle Required(NodeHandle? node) => node ?? throw new WireFormatException("a message without its node");
}
