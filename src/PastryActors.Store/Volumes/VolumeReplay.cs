using PastryActors.Store.Format;
using PastryActors.Store.Index;
using PastryActors.Store.Reading;

namespace PastryActors.Store.Volumes;

/// <summary>
/// Brings the records of one volume into the catalog. A record proves by the start of its group that all before it was durable; only
/// the last group has no such witness, so its contents are read and checked, and what does not match was never acknowledged.
/// </summary>
internal sealed class VolumeReplay(Volume volume, long length, Catalog catalog, StoreEvents events)
{
    private readonly VolumeScanner _scanner = new(volume.File, volume.Name, length);
    private readonly List<ScannedRecord> _unproven = [];
    private readonly RecordReader _reader = new();
    private long _firstTear = long.MaxValue;
    private bool _hasHeader;
    private bool _endsWithMark;

    /// <summary>The highest sequence seen.</summary>
    public ulong LastSequence { get; private set; }

    /// <summary>End of the last record that is whole: where a writer may go on.</summary>
    public long GoodEnd { get; private set; } = VolumeHeader.SizeBytes;

    /// <summary>Whether the disk gave every byte. If not, nothing may be cut, for it may be there the next time.</summary>
    public bool IsReadable => _scanner.UnreadableBytes == 0;

    /// <summary>
    /// Whether a writer may go on at <see cref="GoodEnd"/>. Not behind a torn record that lies before a whole one: the next group would
    /// bear witness that it is durable.
    /// </summary>
    public bool CanGoOn => _hasHeader && IsReadable && GoodEnd > VolumeHeader.SizeBytes && _firstTear >= GoodEnd;

    /// <summary>Whether nobody has shown yet that the end of the volume is durable.</summary>
    public bool HasUnprovenEnd { get; private set; }

    public void Run()
    {
        _hasHeader = _scanner.HasHeader;
        uint groupStart = 0;
        while (_scanner.Next(out ScannedRecord record))
        {
            LastSequence = record.Header.Sequence;
            _endsWithMark = record.Header.Kind == RecordKind.Mark;
            if (record.Header.GroupStart > groupStart)
            {
                foreach (ScannedRecord proven in _unproven) ApplyProven(proven);
                _unproven.Clear();
                groupStart = record.Header.GroupStart;
            }

            _unproven.Add(record);
        }

        foreach (ScannedRecord last in _unproven) ApplyUnproven(last);
        NoteRot();
    }

    /// <summary>Of a volume that is not written on: tells if its end is not what it should be.</summary>
    public void NoteEnd(bool isLast)
    {
        // A volume gets a mark when it is full; only the last may be without, and one that a failing disk or a crash ended before its time.
        long lost = Math.Max(0, length - _scanner.End);
        if (lost == 0 && (isLast || _endsWithMark)) return;
        Interlocked.Add(ref events.Counters.RottenBytes, lost);
        events.Tell(new StoreFact(StoreFactKind.RotSkipped, Volume: volume.Number, Bytes: lost, Detail: "its end is missing or cannot be read"));
    }

    private void ApplyProven(in ScannedRecord record)
    {
        GoodEnd = record.End;
        if (record.MetaIntact)
        {
            catalog.Apply(record.Header, volume, record.Offset);
            return;
        }

        RecordHeader header = record.Header;
        Interlocked.Increment(ref events.Counters.Quarantined);
        events.Tell(new StoreFact(StoreFactKind.Quarantined, header.Object, volume.Number, header.RecordLength, "meta does not match its checksum"));

        // What it would have hidden must not come back; an older copy of an immutable object is as good as this one.
        if (header.Kind == RecordKind.Tombstone && catalog.TryGet(header.Object, out IndexEntry hidden)) catalog.Drop(hidden);
    }

    private void ApplyUnproven(in ScannedRecord record)
    {
        HasUnprovenEnd |= record.Header.Kind != RecordKind.Mark;
        if (!record.MetaIntact || !HasIntactContent(record))
        {
            _firstTear = Math.Min(_firstTear, record.Offset);
            events.Tell(new StoreFact(StoreFactKind.RecordTorn, record.Header.Object, volume.Number, record.Header.RecordLength));
            return;
        }

        GoodEnd = record.End;
        catalog.Apply(record.Header, volume, record.Offset);
    }

    private bool HasIntactContent(in ScannedRecord record)
    {
        try
        {
            return record.Header.ContentLength == 0 || _reader.TryRead(volume.File, volume.Name.Marker, record, out _);
        }
        catch (IOException error)
        {
            events.Tell(new StoreFact(StoreFactKind.ReadFailed, record.Header.Object, volume.Number, record.Header.RecordLength, error.Message));
            return false;
        }
    }

    private void NoteRot()
    {
        long rotten = _scanner.RottenBytes + _scanner.UnreadableBytes;
        if (rotten == 0) return;
        Interlocked.Add(ref events.Counters.RottenBytes, rotten);
        events.Tell(new StoreFact(StoreFactKind.RotSkipped, Volume: volume.Number, Bytes: rotten));
    }
}
