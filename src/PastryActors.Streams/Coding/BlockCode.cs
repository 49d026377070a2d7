using PastryActors.Core.Coding;
using PastryActors.Core.Collections;
using PastryActors.Streams.Channels;

namespace PastryActors.Streams.Coding;

/// <summary>
/// Cuts a block into 16 pieces, a stripe each, of which any 14 give it back: 14 of content and 2 of Reed-Solomon parity. With all of content
/// there nothing is computed.
/// </summary>
public static class BlockCode
{
    /// <summary>Pieces that give back a block.</summary>
    public const int Needed = 14;

    /// <summary>The largest piece: a message below the engine's bounds.</summary>
    public const int PieceBytesMax = 64 * 1024;

    /// <summary>The largest block that any node takes.</summary>
    public const int BlockBytesLimit = Needed * PieceBytesMax;

    private static readonly StripeCode Code = new(Needed, ChannelName.StripeCount - Needed);

    /// <summary>Bytes of each piece of a block of so many.</summary>
    public static int PieceBytesOf(int blockBytes) => (blockBytes + Needed - 1) / Needed;

    /// <summary>The 16 pieces of a block, the last of content filled up with zeros.</summary>
    public static Blob[] Split(Blob block)
    {
        int size = PieceBytesOf(block.Length);
        byte[] padded = new byte[size * Needed];
        block.Span.CopyTo(padded);
        byte[][] parity = [.. Enumerable.Range(0, Code.Parity).Select(_ => new byte[size])];
        var pieces = new Blob[ChannelName.StripeCount];
        for (int i = 0; i < Needed; i++)
        {
            pieces[i] = new Blob(padded.AsMemory(i * size, size));
            ReedSolomon.AddTo(parity, Code, i, pieces[i].Span);
        }

        for (int i = 0; i < parity.Length; i++) pieces[Needed + i] = parity[i];
        return pieces;
    }

    /// <summary>The block of so many bytes that pieces are of; null if fewer than 14 are there.</summary>
    /// <param name="pieces">16 in the order of their stripes, all of one length; null for one that is missing.</param>
    public static Blob? Join(ReadOnlySpan<Blob?> pieces, int blockBytes)
    {
        Dictionary<int, ReadOnlyMemory<byte>> known = [];
        for (int i = 0; i < pieces.Length; i++)
        {
            if (pieces[i] is { } piece) known[i] = piece.Memory;
        }

        if (known.Count < Needed) return null;
        byte[] block = new byte[blockBytes];
        int size = PieceBytesOf(blockBytes);
        for (int i = 0; i * size < blockBytes; i++)
        {
            ReadOnlySpan<byte> row = pieces[i] is { } piece ? piece.Span : ReedSolomon.Rebuild(Code, Needed, known, i, size);
            row[..Math.Min(size, blockBytes - (i * size))].CopyTo(block.AsSpan(i * size));
        }

        return block;
    }
}
