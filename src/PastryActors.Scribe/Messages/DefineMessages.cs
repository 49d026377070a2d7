using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Messages;

/// <summary>The paper's CREATE: a creator's certificate, straight to the topic's root. Answered by <see cref="TopicVerdict"/>.</summary>
public sealed record CreateTopic(RingId Topic, ulong Nonce, TopicCertificate Certificate) : Message
{
    public const byte Number = 87;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        NoncedTopic.Write(writer, Topic, Nonce);
        Certificate.Write(writer, 3);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        ulong nonce = 0;
        TopicCertificate? certificate = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: nonce = reader.Number(); break;
                case 3: certificate = TopicCertificate.Read(reader.Nested()); break;
                default: reader.Skip(); break;
            }
        }

        return new CreateTopic(Fields.Required(topic), nonce, certificate ?? throw new WireFormatException("a creation without its certificate"));
    }
}

/// <summary>What a node was told about something that it wanted of a topic.</summary>
public enum Verdict : byte
{
    /// <summary>The topic is created, and a majority of its group knows it.</summary>
    Created = 0,

    /// <summary>The topic was created by another key, or has messages that a change would contradict.</summary>
    Exists = 1,

    /// <summary>The certificate is not what it must be, or its signature is not its creator's.</summary>
    BadCertificate = 2,

    /// <summary>The topic's creator does not let the node publish.</summary>
    NotPublisher = 3,

    /// <summary>The topic's creator does not let the node into the tree.</summary>
    NotSubscriber = 4,

    /// <summary>The message is larger than the root takes.</summary>
    TooLarge = 5,

    /// <summary>The topic's messages are signed, and this one is not, or not by its publisher.</summary>
    NotSigned = 6,

    /// <summary>The root has more waiting than it may: not numbered, and to be sent again later.</summary>
    Busy = 7,
}

/// <summary>The answer to <see cref="CreateTopic"/>, or a refusal of a join or a publish that says which rule it breaks.</summary>
/// <param name="Nonce">That of the creation or of the join; of a publish its running number, or 0 for all that are open.</param>
public sealed record TopicVerdict(RingId Topic, ulong Nonce, Verdict Verdict) : Message
{
    public const byte Number = 88;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        NoncedTopic.Write(writer, Topic, Nonce);
        writer.Number(3, (ulong)Verdict);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? topic = null;
        (ulong nonce, ulong verdict) = (0UL, 0UL);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: topic = reader.Id(); break;
                case 2: nonce = reader.Number(); break;
                case 3: verdict = reader.Number(); break;
                default: reader.Skip(); break;
            }
        }

        return verdict <= (ulong)Verdict.Busy ? new TopicVerdict(Fields.Required(topic), nonce, (Verdict)verdict) : throw new WireFormatException("a verdict that is none");
    }
}
