using System.Runtime.InteropServices;
using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Messages;

/// <summary>Routed to the topic's id: who is its root? Creates the topic if need be. Answered by <see cref="RootIs"/>, directly.</summary>
/// <param name="Name">The topic's name.</param>
public sealed record LocateRoot(RingId Topic, string Name, NodeHandle Asker, ulong Nonce) : Message
{
    public const byte Number = 74;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Topic);
        writer.Text(2, Name);
        writer.Node(3, Asker);
        writer.Number(4, Nonce);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        NodeHandle? asker = null;
        (string name, ulong nonce) = ("", 0UL);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: name = reader.Name(); break;
                case 3: asker = reader.Node(); break;
                case 4: nonce = reader.Number(); break;
                default: reader.Skip(); break;
            }
        }

        return new LocateRoot(Fields.Required(topic), name, Fields.Required(asker), nonce);
    }
}

/// <summary>The sender is the topic's root, and ready to number messages.</summary>
public sealed record RootIs(RingId Topic, ulong Nonce) : Message
{
    public const byte Number = 75;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer) => NoncedTopic.Write(writer, Topic, Nonce);

    internal static Message Read(ref WireReader reader)
    {
        (RingId topic, ulong nonce) = NoncedTopic.Read(ref reader);
        return new RootIs(topic, nonce);
    }
}

/// <summary>One message to be published, with the publisher's running number for it.</summary>
public readonly record struct PublishItem(ulong Number, Blob Payload)
{
    /// <summary>The publisher's signature over this message and its neighbours; null where it did not sign.</summary>
    public SignedRun? Run { get; init; }
}

/// <summary>
/// Messages to be numbered, straight from their publisher to the root. The sender's id, its incarnation and the number together name a
/// publish: sent again, it gets the sequence number that it got the first time.
/// </summary>
public sealed record PublishItems(RingId Topic, ValueList<PublishItem> Items) : Message
{
    public const byte Number = 76;

    /// <summary>The publisher's oldest publish of the topic that has no answer yet: what lies between it and these comes as well, and goes before them. 0 where they have no order.</summary>
    public ulong Oldest { get; init; }

    /// <summary>What they cost to keep, in bytes.</summary>
    internal long CostBytes => Items.Sum(static i => (long)BatchCost.Of(i.Payload, i.Run));

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Topic);
        var runs = default(RunsMet);
        for (int i = 0; i < Items.Count; i++)
        {
            int mark = writer.Begin(2);
            writer.Number(1, Items[i].Number);
            writer.Bytes(2, Items[i].Payload.Span);
            if (Items[i].Run is { } run) writer.Run(3, run, ref runs, i);
            writer.End(mark);
        }

        if (Oldest > 0) writer.Number(3, Oldest);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        ulong oldest = 0;
        var items = new List<PublishItem>();
        var payloads = new BlobPack(reader.Rest);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: items.Add(Item(reader.Nested(), items, ref payloads)); break;
                case 3: oldest = reader.Limited(); break;
                default: reader.Skip(); break;
            }
        }

        var all = new PublishItem[items.Count];
        for (int i = 0; i < all.Length; i++) all[i] = items[i] with { Payload = payloads.Take() };
        return new PublishItems(Fields.Required(topic), new ValueList<PublishItem>(all)) { Oldest = oldest };
    }

    private static PublishItem Item(WireReader reader, List<PublishItem> before, ref BlobPack payloads)
    {
        (ulong number, SignedRun? run) = (0UL, null);
        ReadOnlySpan<byte> payload = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: number = reader.Limited(); break;
                case 2: payload = reader.Bytes(); break;
                case 3: run = SignedRun.Read(reader.Nested()); break;
                case 4: run = Fields.RunOf(reader.Int(), CollectionsMarshal.AsSpan(before), static i => i.Run); break;
                default: reader.Skip(); break;
            }
        }

        payloads.Add(payload);
        return number > 0 ? new PublishItem(number, default) { Run = run } : throw new WireFormatException("a publish without its number");
    }
}

/// <summary>Consecutive publishes of one publisher that got consecutive sequence numbers.</summary>
public readonly record struct PublishedRun(ulong Number, ulong Sequence, int Count)
{
    /// <summary>The number of the last publish.</summary>
    internal ulong Last => Number + (ulong)Count - 1;

    /// <summary>Whether the publish and its sequence number are the next.</summary>
    internal bool IsFollowedBy(ulong number, ulong sequence) => number == Number + (ulong)Count && sequence == Sequence + (ulong)Count;

    /// <summary>The run without so many of its first.</summary>
    internal PublishedRun After(int count) => new(Number + (ulong)count, Sequence + (ulong)count, Count - count);
}

/// <summary>The publishes have their numbers, and survive the death of the root.</summary>
public sealed record PublishAnswer(RingId Topic, ValueList<PublishedRun> Runs) : Message
{
    public const byte Number = 77;

    /// <summary>What the topic's creator decided: who publishes below a prefix must know it.</summary>
    public TopicSettings Rules { get; init; } = TopicSettings.Default;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Topic);
        foreach (PublishedRun run in Runs)
        {
            int mark = writer.Begin(2);
            writer.Number(1, run.Number);
            writer.Number(2, run.Sequence);
            writer.Number(3, (ulong)run.Count);
            writer.End(mark);
        }

        writer.Settings(3, Rules);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        var runs = new List<PublishedRun>();
        TopicSettings rules = TopicSettings.Default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: runs.Add(Run(reader.Nested())); break;
                case 3: rules = reader.Settings(); break;
                default: reader.Skip(); break;
            }
        }

        return new PublishAnswer(Fields.Required(topic), runs.ToValueList()) { Rules = rules };
    }

    private static PublishedRun Run(WireReader reader)
    {
        (ulong number, ulong sequence, int count) = (0UL, 0UL, 0);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: number = reader.Limited(); break;
                case 2: sequence = reader.Limited(); break;
                case 3: count = reader.Int(); break;
                default: reader.Skip(); break;
            }
        }

        return count > 0 ? new PublishedRun(number, sequence, count) : throw new WireFormatException("a run of no publishes");
    }
}

/// <summary>The sender is not, or no longer, the root of the topic: ask again who is.</summary>
public sealed record NotRoot(RingId Topic) : Message
{
    public const byte Number = 79;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer) => writer.Id(1, Topic);

    internal static Message Read(ref WireReader reader) => new NotRoot(NoncedTopic.Read(ref reader).Topic);
}
