using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Scribe.Topics;

/// <summary>
/// A publisher's signature over consecutive publishes of its own to one topic. It covers the topic, the start of the publisher, the running
/// numbers and the contents, by their hashes: so a message proves whose it is whoever brought it, alone or with others, and neither passes
/// in another topic nor as another publish. One signature for a run, because a signature costs as much as hashing 100 KiB.
/// </summary>
/// <param name="Key">The publisher's public key, SubjectPublicKeyInfo (DER), whose hash is its nodeId.</param>
/// <param name="Incarnation">Of the publisher.</param>
/// <param name="First">The running number of the first publish; the others follow without a gap.</param>
/// <param name="Hashes">SHA-256 of each payload; at most <see cref="MessagesMax"/>.</param>
public sealed record SignedRun(Blob Key, uint Incarnation, ulong First, ValueList<Hash256> Hashes, BatchSignature Signature)
{
    /// <summary>
    /// How many publishes one signature covers at most. With as many, signature and checks cost a message about as much as its hashes; and the whole run goes with
    /// every part of it, 34 bytes a message, so that a message that is sent again by itself brings at most 9 KiB.
    /// </summary>
    public const int MessagesMax = 256;

    /// <summary>Longest public key that anyone accepts, in bytes: that of P-256 has 91.</summary>
    private const int KeyBytesMax = 256;

    /// <summary>What objects and references cost beside the bytes.</summary>
    private const int OverheadBytes = 128;

    // A tag before the fields, of which every one has a fixed length.
    private static ReadOnlySpan<byte> Tag => "Scribe messages 1\n"u8;

    /// <summary>Whose the key is.</summary>
    public RingId Publisher() => NodeIdentity.NodeIdOf(Key.Span);

    /// <summary>What is signed, of a topic.</summary>
    public ContentStatement Statement(RingId topic) => new(HeadOf(topic, Incarnation, First), Hashes);

    /// <summary>What the statement says of all messages: a tag, the topicId, the incarnation (4 bytes, big-endian) and the first running number (8).</summary>
    public static Blob HeadOf(RingId topic, uint incarnation, ulong first)
    {
        byte[] head = new byte[Tag.Length + RingId.SizeBytes + sizeof(uint) + sizeof(ulong)];
        Tag.CopyTo(head);
        topic.WriteTo(head.AsSpan(Tag.Length));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(Tag.Length + RingId.SizeBytes), incarnation);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(head.AsSpan(Tag.Length + RingId.SizeBytes + sizeof(uint)), first);
        return head;
    }

    /// <summary>Whether the publish of that number is one of the run.</summary>
    public bool Covers(ulong number) => number >= First && number - First < (ulong)Hashes.Count;

    /// <summary>What the run costs to keep, in bytes; no less than on the wire.</summary>
    internal int CostBytes => OverheadBytes + Key.Length + Signature.Value.Length + ((Hashes.Count + Signature.Path.Count) * (Hash256.SizeBytes + 2));

    internal void Write(WireWriter writer, int field)
    {
        int mark = writer.Begin(field);
        writer.Bytes(1, Key.Span);
        writer.Number(2, Incarnation);
        writer.Number(3, First);
        foreach (Hash256 hash in Hashes) writer.Hash(4, hash);
        writer.Signature(15, Signature);
        writer.End(mark);
    }

    internal static SignedRun Read(WireReader reader)
    {
        (Blob key, uint incarnation, ulong first, BatchSignature? signature) = (default(Blob), 0U, 0UL, null);
        List<Hash256> hashes = [];
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: key = reader.Blob(); break;
                case 2: incarnation = reader.UInt(); break;
                case 3: first = reader.Limited(); break;
                case 4 when hashes.Count < MessagesMax: hashes.Add(reader.Hash()); break;
                case 4: throw new WireFormatException($"a signed run of more than {MessagesMax} messages");
                case 15: signature = reader.Signature(); break;
                default: reader.Skip(); break;
            }
        }

        bool isPossible = first > 0 && hashes.Count > 0 && key.Length is > 0 and <= KeyBytesMax && signature is not null;
        return isPossible ? new SignedRun(key, incarnation, first, hashes.ToValueList(), signature!) : throw new WireFormatException("a signed run that is none");
    }
}
