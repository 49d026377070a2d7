using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Coding;

namespace PastryActors.Streams.Messages;

/// <summary>One stripe's piece of one block: from the publisher to the root of the stripe, and down its tree.</summary>
/// <param name="Block">Number of the block in its stream, from 1.</param>
/// <param name="Length">Bytes of the whole block.</param>
/// <param name="IsEnd">Whether the stream ends with it.</param>
/// <param name="Proof">The hashes that lead from the piece to the block's root (<see cref="PieceTree"/>).</param>
public sealed record StripePiece(RingId Stripe, StreamKey Key, ulong Block, int Length, bool IsEnd, Blob Piece, ValueList<Hash256> Proof) : Message
{
    public const byte Number = 118;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Stripe);
        writer.Key(2, Key);
        writer.Number(3, Block);
        writer.Number(4, (ulong)Length);
        writer.Flag(5, IsEnd);
        writer.Bytes(6, Piece.Span);
        foreach (Hash256 sibling in Proof) writer.Hash(7, sibling);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? stripe = null;
        StreamKey key = default;
        (ulong block, int length, bool isEnd, Blob piece) = (0UL, 0, false, default(Blob));
        List<Hash256> proof = [];
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: stripe = reader.Id(); break;
                case 2: key = reader.Key(); break;
                case 3: block = reader.Limited(); break;
                case 4: length = reader.Int(); break;
                case 5: isEnd = reader.Flag(); break;
                case 6: piece = reader.Blob(); break;
                case 7 when proof.Count < PieceTree.ProofLength: proof.Add(reader.Hash()); break;
                case 7: throw new WireFormatException("a proof that is too long");
                default: reader.Skip(); break;
            }
        }

        if (block == 0 || length > BlockCode.BlockBytesLimit || piece.Length != BlockCode.PieceBytesOf(length)) throw new WireFormatException("a piece that is not of its block's length, or of block 0");
        if (proof.Count != PieceTree.ProofLength) throw new WireFormatException("a piece without its proof");
        return new StripePiece(Fields.Required(stripe), key, block, length, isEnd, piece, proof.ToValueList());
    }
}

/// <summary>What is said between a publisher and the root of a stripe.</summary>
public enum HeadWord : byte
{
    /// <summary>Publisher, routed: who is the root?</summary>
    Ask = 0,

    /// <summary>The sender is, and has taken everything up to a number.</summary>
    Here = 1,

    /// <summary>The sender is not.</summary>
    NotHere = 2,

    /// <summary>The sender is, and the channel is another publisher's.</summary>
    InUse = 3,
}

/// <summary>A publisher looks for the root of a stripe, and is told of it how far it has taken the stream.</summary>
/// <param name="Asker">Who asks; in an answer the root, or its deputy, which is then to be asked.</param>
/// <param name="Key">The publisher's stream; with <see cref="HeadWord.InUse"/> the other's.</param>
/// <param name="Taken">The last block of the stream that the root took.</param>
/// <param name="Nonce">Of the question, and of its answer; 0 for what was not asked.</param>
public sealed record StripeHead(RingId Stripe, NodeHandle Asker, HeadWord Word, StreamKey Key, ulong Taken, ulong Nonce = 0) : Message
{
    public const byte Number = 119;

    /// <inheritdoc/>
    public override byte Kind => Number;

    /// <inheritdoc/>
    public override void Write(WireWriter writer)
    {
        writer.Id(1, Stripe);
        writer.Node(2, Asker);
        writer.Number(3, (ulong)Word);
        writer.Key(4, Key);
        writer.Number(5, Taken);
        writer.Number(6, Nonce);
    }

    internal static Message Read(ref WireReader reader)
    {
        RingId? stripe = null;
        NodeHandle? asker = null;
        (ulong word, StreamKey key, ulong taken, ulong nonce) = (0UL, default(StreamKey), 0UL, 0UL);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: stripe = reader.Id(); break;
                case 2: asker = reader.Node(); break;
                case 3: word = reader.Number(); break;
                case 4: key = reader.Key(); break;
                case 5: taken = reader.Limited(); break;
                case 6: nonce = reader.Number(); break;
                default: reader.Skip(); break;
            }
        }

        if (word > (ulong)HeadWord.InUse) throw new WireFormatException("a word that is not known");
        return new StripeHead(Fields.Required(stripe), Fields.Required(asker), (HeadWord)word, key, taken, nonce);
    }
}
