using PastryActors.Core.Driving;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Coding;
using PastryActors.Streams.Messages;

namespace PastryActors.Streams.Watching;

/// <summary>Whom an assembler tells, in the order of the stream.</summary>
internal interface IBlockReader
{
    void Began(StreamKey key, ulong first);

    void Block(ulong number, Core.Collections.Blob payload);

    void Gap(ulong from, ulong to, string reason);

    void Ended(ulong last, bool isComplete);
}

/// <summary>
/// Puts the pieces of one channel's stream together into blocks, and hands them on in order: every block from the first on is delivered or told
/// as a gap. Two of 16 stripes may be missing, late, or lie: a number is believed when three stripes have come as far.
/// </summary>
internal sealed class BlockAssembler(int windowBlocks, TimeSpan patience, IBlockReader reader)
{
    /// <summary>Stripes that must agree before a number is believed: one more than may lie.</summary>
    private const int Believed = ChannelName.StripeCount - BlockCode.Needed + 1;

    private readonly SortedDictionary<ulong, BlockSlot> _slots = [];
    private readonly StreamPosition[] _positions = new StreamPosition[ChannelName.StripeCount];
    private readonly ulong[] _firsts = new ulong[ChannelName.StripeCount];
    private ulong _newest;
    private Instant _firstAt;
    private Instant? _readyAt;
    private bool _isOver;

    /// <summary>The stream that is put together; the default before there is one.</summary>
    public StreamKey Key { get; private set; }

    /// <summary>The next block to be delivered; 0 before the first is known.</summary>
    public ulong Next { get; private set; }

    public ulong Delivered { get; private set; }

    public ulong Lost { get; private set; }

    /// <summary>Whether there is anything that time may change.</summary>
    public bool IsWaiting => Key != default && !_isOver;

    /// <summary>Enough stripes have a parent: from now on what does not come in is missed.</summary>
    public void Ready(Instant now) => _readyAt ??= now;

    /// <summary>A piece came in on a stripe.</summary>
    public void Take(int stripe, StripePiece piece, Instant now)
    {
        Note(stripe, new StreamPosition(piece.Key, piece.Block, piece.IsEnd), now);
        if (piece.Key != Key || _isOver) return;
        if (_firsts[stripe] == 0) _firsts[stripe] = piece.Block;
        ulong lowest = Next > 0 ? Next : 1;
        // Before it has begun, the window ends where the stream is.
        if (piece.Block >= lowest && piece.Block < Math.Max(lowest, _newest) + (ulong)windowBlocks) SlotOf(piece.Block, now).Add(stripe, piece.Piece, new BlockShape(PieceTree.RootOf(stripe, piece.Piece, piece.Proof), piece.Length, piece.IsEnd));
        Pump(now);
    }

    /// <summary>A parent said how far a stripe has come.</summary>
    public void Learn(int stripe, StreamPosition position, Instant now)
    {
        if (position.Key == default) return;
        Note(stripe, position, now);
        Pump(now);
    }

    /// <summary>Time has passed.</summary>
    public void Tick(Instant now) => Pump(now);

    private void Note(int stripe, StreamPosition position, Instant now)
    {
        ref StreamPosition known = ref _positions[stripe];
        if (position.Key != known.Key) known = position;
        else if (position.Last >= known.Last) known = position with { Ended = position.Ended || (known.Ended && known.Last == position.Last) };
        if (position.Key == Key)
        {
            See(now);
            return;
        }

        int heard = _positions.Count(p => p.Key == position.Key);
        // The first stream is believed at once: were it a lie, three honest stripes correct it.
        bool isFree = Key == default || ((_isOver || Next == 0) && position.Key.Epoch > Key.Epoch);
        if (isFree || heard >= Believed) Begin(position.Key, now);
    }

    private void Begin(StreamKey key, Instant now)
    {
        if (Next > 0 && !_isOver)
        {
            if (_newest >= Next) GiveUp(_newest, "another stream took its place");
            reader.Ended(Next - 1, isComplete: false);
        }

        (Key, Next, _newest, _firstAt, _isOver) = (key, 0, 0, now, false);
        _slots.Clear();
        Array.Clear(_firsts);
        See(now);
    }

    /// <summary>Takes note of how far the stream has come: a block of which nothing came is late from when those after it came.</summary>
    private void See(Instant now)
    {
        ulong newest = Newest();
        if (newest <= _newest || _isOver) return;
        ulong last = Next == 0 ? 0 : Math.Min(newest, Next + (ulong)windowBlocks - 1);
        for (ulong block = Math.Max(Next, _newest + 1); block <= last; block++) SlotOf(block, now);
        _newest = newest;
    }

    /// <summary>The highest number that enough stripes have come to; 0 if none.</summary>
    private ulong Newest()
    {
        Span<ulong> lasts = stackalloc ulong[ChannelName.StripeCount];
        for (int i = 0; i < lasts.Length; i++) lasts[i] = _positions[i].Key == Key ? _positions[i].Last : 0;
        lasts.Sort();
        return lasts[^Believed];
    }

    /// <summary>The stream's last block if enough stripes agree on it.</summary>
    private ulong? EndsAt()
    {
        foreach (StreamPosition position in _positions)
        {
            if (position.Key == Key && position.Ended && _positions.Count(p => p == position) >= Believed) return position.Last;
        }

        return null;
    }

    private BlockSlot SlotOf(ulong block, Instant now)
    {
        if (!_slots.TryGetValue(block, out BlockSlot? slot)) _slots.Add(block, slot = new BlockSlot(now));
        if (Next == 0 && _slots.Count > 2 * windowBlocks) _slots.Remove(_slots.First().Key);
        return slot;
    }

    private void Pump(Instant now)
    {
        if (Key == default || _isOver) return;
        if (Next == 0 && FindFirst(now) is { } first)
        {
            Next = first;
            foreach (ulong before in _slots.Keys.TakeWhile(n => n < first).ToArray()) _slots.Remove(before);
            reader.Began(Key, first);
        }

        if (Next == 0) return;
        while (!_isOver && TryStep(now))
        {
        }
    }

    /// <summary>
    /// The first block that all can be expected of: enough stripes came in before it. If they are too few for long, the first of which anything came:
    /// what is lost then is told.
    /// </summary>
    private ulong? FindFirst(Instant now)
    {
        ulong[] firsts = [.. _firsts.Where(static f => f > 0).Order()];
        if (firsts.Length >= BlockCode.Needed) return firsts[BlockCode.Needed - 1];
        return firsts.Length > 0 && _readyAt is { } ready && now - (ready > _firstAt ? ready : _firstAt) > patience ? firsts[^1] : null;
    }

    /// <summary>Delivers the next block, or gives it up; false if it may come yet.</summary>
    private bool TryStep(Instant now)
    {
        BlockSlot? slot = _slots.GetValueOrDefault(Next);
        if (slot?.Block is { } block)
        {
            Deliver(block, slot.IsEnd);
            return true;
        }

        if (EndsAt() is { } end && Next > end)
        {
            End(end);
            return false;
        }

        if (Next > _newest) return false;
        slot ??= SlotOf(Next, now);
        if (_newest - Next >= (ulong)windowBlocks) GiveUp(_newest - (ulong)windowBlocks, "it came too late");
        else if (now - slot.Since > patience) GiveUp(Next, $"{slot.Count} of {BlockCode.Needed} pieces came in time");
        else return false;
        return true;
    }

    private void Deliver(Core.Collections.Blob block, bool isEnd)
    {
        ulong number = Next++;
        _slots.Remove(number);
        Delivered++;
        if (!block.IsEmpty) reader.Block(number, block);
        if (isEnd) End(number);
    }

    /// <summary>Everything from the next block up to a number that is not whole is a gap.</summary>
    private void GiveUp(ulong upTo, string reason)
    {
        while (Next <= upTo)
        {
            if (_slots.GetValueOrDefault(Next) is { Block: { } block } slot)
            {
                Deliver(block, slot.IsEnd);
                continue;
            }

            ulong from = Next;
            ulong to = Math.Min(upTo, (_slots.FirstOrDefault(s => s.Key > from && s.Value.Block is not null) is { Key: > 0 } whole ? whole.Key : upTo + 1) - 1);
            foreach (ulong lost in _slots.Keys.TakeWhile(n => n <= to).ToArray()) _slots.Remove(lost);
            Lost += to - from + 1;
            Next = to + 1;
            reader.Gap(from, to, reason);
        }
    }

    private void End(ulong last)
    {
        _isOver = true;
        _slots.Clear();
        reader.Ended(last, isComplete: true);
    }
}
