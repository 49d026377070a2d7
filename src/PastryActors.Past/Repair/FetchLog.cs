using PastryActors.Core.Ring;
using PastryActors.Past.Holding;
using PastryActors.Past.Requests;

namespace PastryActors.Past.Repair;

/// <summary>What came of the fetches since the start, and of a bounded number of objects why they could not be had.</summary>
internal sealed class FetchLog(Catalog catalog)
{
    /// <summary>Of more, the next comparison says as much.</summary>
    private const int TroublesMax = 1024;

    private readonly SortedDictionary<FileId, RepairTrouble> _troubles = [];

    /// <summary>Objects fetched.</summary>
    public long Restored { get; private set; }

    /// <summary>Content bytes of these, as neighbours said.</summary>
    public long RestoredBytes { get; private set; }

    /// <summary>Of these, objects that a neighbour had held for this node.</summary>
    public long BroughtHome { get; private set; }

    /// <summary>Fetches that ended without the object.</summary>
    public long Failed { get; private set; }

    /// <summary>Why the last of them did; empty if none.</summary>
    public string LastError { get; private set; } = "";

    /// <summary>Objects that could not be had when they were last tried, and have not come another way since.</summary>
    public IEnumerable<KeyValuePair<FileId, RepairTrouble>> Troubles => _troubles.Where(t => !catalog.TryGet(t.Key, out _));

    /// <summary>Why an object could not be had.</summary>
    public RepairTrouble TroubleOf(FileId id) => _troubles.GetValueOrDefault(id);

    /// <summary>A fetch is over.</summary>
    public void Note(FileId id, FetchEnd end, RepairQueue.Wanted wanted)
    {
        _troubles.Remove(id);
        if (end == FetchEnd.Restored)
        {
            Restored++;
            RestoredBytes += Math.Max(wanted.Length, 0);
            if (wanted.Replaces) BroughtHome++;
        }
        else if (end is FetchEnd.Failed or FetchEnd.NoRoom)
        {
            Failed++;
            LastError = end == FetchEnd.NoRoom ? $"no room for {id}, here or with a neighbour" : $"none of {wanted.Holders.Count} nodes gave {id}";
            if (!wanted.Replaces && _troubles.Count < TroublesMax) _troubles[id] = end == FetchEnd.NoRoom ? RepairTrouble.NoRoom : RepairTrouble.NobodyGaveIt;
        }
    }

    /// <summary>The leaf set changed: what is no longer this node's is no longer its trouble, and the rest is tried again.</summary>
    public void Forget() => _troubles.Clear();
}
