using PastryActors.Store.Files;
using PastryActors.Store.Format;

namespace PastryActors.Store.Volumes;

/// <summary>
/// Opens a folder after whatever happened to it: reads all volumes in order, so that the newest record of an object wins, and finds where
/// writing goes on. A bad record, or a bad volume, is told to the observer and never a reason not to start.
/// </summary>
internal sealed class StoreRecovery(IVolumeFolder folder, StoreLimits limits, Catalog catalog, StoreEvents events)
{
    /// <summary>The sequence that the next record gets.</summary>
    public ulong NextSequence { get; private set; } = 1;

    /// <summary>The number that the next volume gets.</summary>
    public uint NextNumber { get; private set; } = 1;

    /// <summary>The volume to go on with; null if a new one must be begun.</summary>
    public Volume? Active { get; private set; }

    public void Run()
    {
        var names = new List<VolumeName>();
        foreach (string file in folder.List())
        {
            if (VolumeName.TryParse(file, out VolumeName name)) names.Add(name);
        }

        names.Sort((a, b) => a.Number != b.Number ? a.Number.CompareTo(b.Number) : a.Marker.CompareTo(b.Marker));
        for (int i = 0; i < names.Count; i++) OpenVolume(names[i], isLast: i == names.Count - 1);

        // A volume that was just cut, or whose name a crash left unsynced, is durable from here on: what is listed may be relied on.
        folder.Sync();
    }

    private void OpenVolume(VolumeName name, bool isLast)
    {
        IVolumeFile? file = null;
        try
        {
            if (name.Number < NextNumber) throw new IOException($"volume number {name.Number} is there twice");
            NextNumber = name.Number + 1;
            file = folder.Open(name.ToString());
            if (isLast && file.Length <= VolumeHeader.SizeBytes) DropEmpty(file, name);
            else Replay(new Volume(name, file), isLast);
        }
        catch (IOException error)
        {
            file?.Dispose();
            catalog.NoteUnopened(name.Number);
            events.Tell(new StoreFact(StoreFactKind.VolumeUnreadable, Volume: name.Number, Detail: error.Message));
        }
    }

    private void DropEmpty(IVolumeFile file, VolumeName name)
    {
        // Begun and never written to, as far as anyone can tell: if it was cut, the other holders of what was in it are what is left.
        events.Tell(new StoreFact(StoreFactKind.TailCut, Volume: name.Number, Bytes: file.Length, Detail: "it holds no record"));
        file.Dispose();
        folder.Delete(name.ToString());
    }

    private void Replay(Volume volume, bool isLast)
    {
        long length = volume.File.Length;
        catalog.Add(volume, length);
        var replay = new VolumeReplay(volume, length, catalog, events);
        replay.Run();
        NextSequence = Math.Max(NextSequence, replay.LastSequence + 1);
        volume.IsBarred = !replay.IsReadable;
        volume.IsSealed = true;
        bool goesOn = isLast && replay.CanGoOn && replay.GoodEnd < limits.VolumeBytes;
        if (!goesOn) replay.NoteEnd(isLast);
        if (!Settle(volume, replay, length, goesOn) || !goesOn) return;
        volume.End = replay.GoodEnd;
        volume.IsSealed = false;
        Active = volume;
    }

    /// <summary>Cuts what follows the last whole record and makes the rest durable, for after a mere crash it may be in memory only.</summary>
    private bool Settle(Volume volume, VolumeReplay replay, long length, bool goesOn)
    {
        try
        {
            if (goesOn && replay.GoodEnd < length)
            {
                volume.File.Truncate(replay.GoodEnd);
                catalog.SetLength(volume, replay.GoodEnd);
                Interlocked.Add(ref events.Counters.TornBytes, length - replay.GoodEnd);
                events.Tell(new StoreFact(StoreFactKind.TailCut, Volume: volume.Number, Bytes: length - replay.GoodEnd));
            }

            if (goesOn || replay.HasUnprovenEnd) volume.File.Sync();
            return true;
        }
        catch (IOException error)
        {
            events.Tell(new StoreFact(StoreFactKind.SyncFailed, Volume: volume.Number, Detail: error.Message));
            return false;
        }
    }
}
