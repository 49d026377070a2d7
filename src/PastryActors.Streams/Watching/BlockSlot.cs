using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Coding;

namespace PastryActors.Streams.Watching;

/// <summary>What pieces of one block must have in common to belong together.</summary>
internal readonly record struct BlockShape(Hash256 Root, int Length, bool IsEnd);

/// <summary>The pieces of one block so far: one a stripe at most, whatever parents send.</summary>
internal sealed class BlockSlot(Instant since)
{
    private readonly Blob?[] _pieces = new Blob?[ChannelName.StripeCount];
    private readonly BlockShape[] _shapes = new BlockShape[ChannelName.StripeCount];

    /// <summary>When it was first known that the block exists.</summary>
    public Instant Since { get; } = since;

    /// <summary>The block; null before it is whole.</summary>
    public Blob? Block { get; private set; }

    public bool IsEnd { get; private set; }

    /// <summary>Pieces that came in.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a piece. The block is whole as soon as 14 pieces have one shape: pieces of a forged one never reach that many.</summary>
    public void Add(int stripe, Blob piece, BlockShape shape)
    {
        if (Block is not null || _pieces[stripe] is not null) return;
        (_pieces[stripe], _shapes[stripe]) = (piece, shape);
        Count++;
        if (Count < BlockCode.Needed) return;
        Blob?[] alike = new Blob?[ChannelName.StripeCount];
        int count = 0;
        for (int i = 0; i < alike.Length; i++)
        {
            if (_pieces[i] is null || _shapes[i] != shape) continue;
            alike[i] = _pieces[i];
            count++;
        }

        if (count < BlockCode.Needed || BlockCode.Join(alike, shape.Length) is not { } block || !IsOf(block, shape)) return;
        (Block, IsEnd) = (block, shape.IsEnd);
        Array.Clear(_pieces);
    }

    /// <summary>The whole tree is made again: a publisher whose pieces are no code word gives some receivers another block than others, so nobody takes it.</summary>
    private static bool IsOf(Blob block, BlockShape shape)
    {
        Blob[] pieces = BlockCode.Split(block);
        return PieceTree.RootOf(0, pieces[0], PieceTree.ProofsOf(pieces)[0]) == shape.Root;
    }
}
