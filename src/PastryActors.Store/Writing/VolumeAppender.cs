using System.Security.Cryptography;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Store.Files;
using PastryActors.Store.Format;
using PastryActors.Store.Index;
using PastryActors.Store.Volumes;

namespace PastryActors.Store.Writing;

/// <summary>A record to be written.</summary>
internal readonly record struct Draft(RecordKind Kind, FileId Object, ulong Tag, ReadOnlyMemory<byte> Meta = default, ReadOnlyMemory<byte> Content = default)
{
    /// <summary>Whose work it is, and who is told; nobody for the store's own records.</summary>
    public (long Id, IWorkCompletion? Completion) Asker { get; init; }

    /// <summary>For a copy made by compaction: the entry it replaces.</summary>
    public IndexEntry? Original { get; init; }

    public long RecordLength => RecordHeader.RecordLengthOf(Meta.Length, Content.Length);
}

/// <summary>
/// Appends records to the newest volume, a group at a time: one gathered write, one sync, then everyone is told. The writer thread's own.
/// </summary>
internal sealed class VolumeAppender(IVolumeFolder folder, StoreLimits limits, Catalog catalog, StoreEvents events, StoreRecovery recovered)
{
    private readonly RecordGroup _group = new();
    private Volume? _active = recovered.Active;
    private ulong _nextSequence = recovered.NextSequence;
    private uint _nextNumber = recovered.NextNumber;

    /// <summary>Bytes that wait for the commit.</summary>
    public long PendingBytes => _group.Bytes;

    /// <summary>Records that wait for the commit.</summary>
    public int PendingCount => _group.Count;

    /// <summary>Commits that failed so far: who staged several groups sees by it whether all of them went well.</summary>
    public long FailedCommits { get; private set; }

    /// <summary>The volume that records are appended to; null until the next record if a new one is to be begun.</summary>
    public Volume? Active => _active;

    public bool IsStaged(in FileId id) => _group.Contains(id);

    /// <summary>Puts a record into the group; commits first and begins a new volume if it does not fit into this one.</summary>
    /// <exception cref="IOException">No new volume could be begun; the record is not in the group.</exception>
    public void Stage(in Draft draft)
    {
        long length = draft.RecordLength;
        if (_active is null || !Fits(_active, length))
        {
            Commit();
            SealActive();
            _active = Begin();
        }

        var header = new RecordHeader
        {
            Kind = draft.Kind,
            Sequence = _nextSequence++,
            Tag = draft.Tag,
            Object = draft.Object,
            MetaLength = draft.Meta.Length,
            ContentLength = draft.Content.Length,
            MetaCrc = Crc32C.Of(draft.Meta.Span),
            ContentCrc = Crc32C.Of(draft.Content.Span),
            GroupStart = (uint)_active.End,
        };
        var staged = new StagedRecord(header, _active.End + _group.Bytes, draft.Asker.Id, draft.Asker.Completion, draft.Original);
        _group.Add(staged, _active.Name.Marker, draft.Meta, draft.Content);
    }

    /// <summary>Makes the group durable, then tells everyone; or tells everyone that it failed.</summary>
    public void Commit()
    {
        if (_group.Count == 0) return;
        Volume volume = _active!;
        StoreStatus status = StoreStatus.Failed;
        try
        {
            StoreStatus written = Write(volume);
            if (written == StoreStatus.Done) Publish(volume);
            status = written;
        }
        finally
        {
            // Whatever happened, the group is over: nobody waits for ever, and nothing is written twice.
            if (status != StoreStatus.Done) FailedCommits++;
            foreach (StagedRecord record in _group.Records) Answer(record, status);
            _group.Clear();
        }

        if (volume.IsSealed && volume.End == VolumeHeader.SizeBytes) DropEmpty(volume);
    }

    /// <summary>Ends the newest volume; the next record begins another.</summary>
    public void SealActive()
    {
        if (_active is not { } volume) return;
        WriteMark(volume);
        Seal(volume);
    }

    /// <summary>Commits what is left and leaves a mark by which the next start sees that all is well.</summary>
    public void Close()
    {
        Commit();
        if (_active is { } volume) WriteMark(volume);
    }

    private bool Fits(Volume volume, long length)
    {
        long end = volume.End + _group.Bytes;
        return end + length + RecordHeader.SizeBytes <= limits.VolumeBytes || end == VolumeHeader.SizeBytes;
    }

    private StoreStatus Write(Volume volume)
    {
        try
        {
            volume.File.Write(_group.Buffers, volume.End);
        }
        catch (Exception error)
        {
            events.Tell(new StoreFact(StoreFactKind.AppendFailed, Volume: volume.Number, Bytes: _group.Bytes, Detail: error.Message));
            CutBack(volume);
            return DiskErrors.IsFull(error) ? StoreStatus.Full : StoreStatus.Failed;
        }

        try
        {
            volume.File.Sync();
            return StoreStatus.Done;
        }
        catch (Exception error)
        {
            // The kernel may have dropped the pages and call them clean: a second sync that succeeds would mean nothing.
            events.Tell(new StoreFact(StoreFactKind.SyncFailed, Volume: volume.Number, Bytes: _group.Bytes, Detail: error.Message));
            Seal(volume);
            CutBack(volume);
            return DiskErrors.IsFull(error) ? StoreStatus.Full : StoreStatus.Failed;
        }
    }

    private void Publish(Volume volume)
    {
        volume.End += _group.Bytes;
        catalog.SetLength(volume, volume.End);
        foreach (StagedRecord record in _group.Records)
        {
            if (record.Original is { } original) catalog.ApplyMove(record.Header, volume, record.Offset, original);
            else catalog.Apply(record.Header, volume, record.Offset);
        }

        Interlocked.Increment(ref events.Counters.Groups);
    }

    private void Answer(in StagedRecord record, StoreStatus status)
    {
        if (record.Completion is null) return;
        ref long counter = ref events.Counters.Changes;
        if (status == StoreStatus.Full) counter = ref events.Counters.FullRefusals;
        else if (status == StoreStatus.Failed) counter = ref events.Counters.FailedChanges;
        Interlocked.Increment(ref counter);
        events.Complete(record.Completion, new StoreChanged(record.WorkId, record.Header.Object, status));
    }

    /// <summary>Takes back what was written beyond the durable end, so that the volume can go on there.</summary>
    private void CutBack(Volume volume)
    {
        try
        {
            volume.File.Truncate(volume.End);
            catalog.SetLength(volume, volume.End);
        }
        catch (Exception error)
        {
            events.Tell(new StoreFact(StoreFactKind.AppendFailed, Volume: volume.Number, Detail: error.Message));
            catalog.SetLength(volume, volume.End + _group.Bytes);
            Seal(volume);
        }
    }

    private void Seal(Volume volume)
    {
        volume.IsSealed = true;
        if (_active == volume) _active = null;
    }

    private Volume Begin()
    {
        var name = new VolumeName(_nextNumber++, BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));
        IVolumeFile file = folder.Create(name.ToString());
        try
        {
            byte[] header = new byte[VolumeHeader.SizeBytes];
            VolumeHeader.Write(header, name);
            file.Write([header], 0);
            folder.Sync();
            catalog.NoteFolderSynced();
        }
        catch (Exception error)
        {
            file.Dispose();
            events.Tell(new StoreFact(StoreFactKind.FolderFailed, Volume: name.Number, Detail: error.Message));
            Discard(name);
            throw;
        }

        var volume = new Volume(name, file) { End = VolumeHeader.SizeBytes, VerifiedAt = events.Now };
        catalog.Add(volume, VolumeHeader.SizeBytes);
        return volume;
    }

    /// <summary>Deletes a volume that failed before anything in it was durable: a disk that goes on failing must not leave a heap of them.</summary>
    private void DropEmpty(Volume volume)
    {
        catalog.Retire(volume);
        Discard(volume.Name);
    }

    private void Discard(VolumeName name)
    {
        catalog.NoteDeleted(name.Number);
        try
        {
            folder.Delete(name.ToString());
        }
        catch (IOException error)
        {
            // Empty, so it only takes up a name until the next start looks at it.
            events.Tell(new StoreFact(StoreFactKind.FolderFailed, Volume: name.Number, Detail: error.Message));
        }
    }

    /// <summary>Notes at the volume's end that all before is durable. A mere help to the next start: it is not synced, and may fail.</summary>
    private void WriteMark(Volume volume)
    {
        var mark = new RecordHeader
        {
            Kind = RecordKind.Mark,
            Sequence = _nextSequence++,
            Tag = 0,
            Object = default,
            MetaLength = 0,
            ContentLength = 0,
            MetaCrc = 0,
            ContentCrc = 0,
            GroupStart = (uint)volume.End,
        };
        byte[] bytes = new byte[RecordHeader.SizeBytes];
        mark.WriteTo(bytes, volume.Name.Marker);
        try
        {
            volume.File.Write([bytes], volume.End);
            volume.End += bytes.Length;
            catalog.SetLength(volume, volume.End);
        }
        catch (IOException error)
        {
            events.Tell(new StoreFact(StoreFactKind.FolderFailed, Volume: volume.Number, Detail: error.Message));
        }
    }
}
