using PastryActors.Core.Ring;
using PastryActors.Past.Repair;

namespace PastryActors.Past.Holding;

/// <summary>
/// What this node holds durably, in the order of the ring, so that a range can be walked and every run is the same. Each k has a tree of its own,
/// because objects of different k are shared with different neighbours.
/// </summary>
internal sealed class Catalog
{
    private readonly KeyTree?[] _byReplicas = new KeyTree?[256];

    // The k's that ever were here, ascending: hardly ever more than a few.
    private readonly List<byte> _replicas = [];
    private readonly Dictionary<uint, int> _pointersByPeer = [];
    private readonly Dictionary<UInt128, long> _debitedByOwner = [];

    /// <summary>Objects with content.</summary>
    public int ObjectCount { get; private set; }

    /// <summary>Notes of reclaimed objects.</summary>
    public int TombstoneCount { get; private set; }

    /// <summary>Pointers to objects that others hold for this node.</summary>
    public int PointerCount { get; private set; }

    /// <summary>Of the objects, those held for others.</summary>
    public int DivertedCount { get; private set; }

    /// <summary>Content bytes of the objects that are here.</summary>
    public long ContentBytes { get; private set; }

    /// <summary>Grants and debits of owners' ledgers.</summary>
    public int LedgerCount { get; private set; }

    /// <summary>The sum of all debits, over all owners.</summary>
    public long DebitedBytes { get; private set; }

    /// <summary>Entries put in since the start: whoever walks the catalog knows by it whether something came behind it.</summary>
    public long SetCount { get; private set; }

    /// <summary>Entries of any state.</summary>
    public int Count => ObjectCount + TombstoneCount + PointerCount + LedgerCount;

    /// <summary>The sum of an owner's debits, in bytes: always that of the entries that are here, so nothing can be counted twice or forgotten.</summary>
    public long DebitedTo(RingId ledger) => _debitedByOwner.GetValueOrDefault(Certificates.Ledger.PrefixOf(ledger));

    /// <summary>Entries hashed for comparisons since the start.</summary>
    public long HashedCount => _replicas.Sum(k => _byReplicas[k]!.HashedCount);

    /// <summary>The largest k of any entry; zero when there is none.</summary>
    public int ReplicasMax
    {
        get
        {
            for (int i = _replicas.Count - 1; i >= 0; i--)
            {
                if (_byReplicas[_replicas[i]]!.Count > 0) return _replicas[i];
            }

            return 0;
        }
    }

    /// <summary>The entry of an object, if it is here in any state.</summary>
    public bool TryGet(FileId id, out CatalogEntry entry)
    {
        foreach (byte k in _replicas)
        {
            if (_byReplicas[k]!.TryGet(id, out entry)) return true;
        }

        entry = default;
        return false;
    }

    /// <summary>Whether the object itself is here.</summary>
    public bool Holds(FileId id) => TryGet(id, out CatalogEntry entry) && entry.IsReplica;

    /// <summary>Whether any pointer leads to the node.</summary>
    public bool HasPointersTo(RingId node) => _pointersByPeer.ContainsKey(CatalogEntry.PeerOf(node));

    /// <summary>Puts an entry in, in place of any other of its id.</summary>
    public void Set(in CatalogEntry entry)
    {
        if (TryGet(entry.Object, out CatalogEntry other) && other.Replicas != entry.Replicas) Remove(entry.Object);
        if (TreeOf(entry.Replicas).Set(entry, out CatalogEntry replaced)) Tally(replaced, -1);
        Tally(entry, +1);
        SetCount++;
    }

    /// <summary>Takes an entry out. False if there was none.</summary>
    public bool Remove(FileId id)
    {
        foreach (byte k in _replicas)
        {
            if (!_byReplicas[k]!.Remove(id, out CatalogEntry removed)) continue;
            Tally(removed, -1);
            return true;
        }

        return false;
    }

    /// <summary>Fills an empty catalog at once: much faster than one by one. Of entries with the same id one is kept.</summary>
    public void Load(List<CatalogEntry> entries)
    {
        entries.Sort(CatalogEntry.InOrder);
        for (int i = entries.Count - 1; i > 0; i--)
        {
            if (entries[i].Object == entries[i - 1].Object) entries.RemoveAt(i);
        }

        // Arrays of the right size, and none that a pool would keep: there may be millions.
        var counts = new int[byte.MaxValue + 1];
        foreach (CatalogEntry entry in entries)
        {
            Tally(entry, +1);
            counts[entry.Replicas]++;
        }

        for (int k = 0; k < counts.Length; k++)
        {
            if (counts[k] > 0) LoadTree((byte)k, entries, counts[k]);
        }
    }

    /// <summary>The entries whose keys lie in the arc, clockwise from its beginning. Not to be walked over a change.</summary>
    public IEnumerable<CatalogEntry> In(Arc arc) => In(arc.From, _ => KeySpan.Of(arc));

    /// <summary>The entries in the spans that are given for each k, clockwise from <paramref name="from"/>, as the spans have to be. Not to be walked over a change.</summary>
    /// <param name="pointers">Whether only runs with pointers are wanted: much faster where there are few.</param>
    public IEnumerable<CatalogEntry> In(RingId from, Func<int, List<KeySpan>> spansOf, bool pointers = false)
    {
        PriorityQueue<IEnumerator<CatalogEntry>, (UInt128, uint)> ahead = new();
        foreach (byte k in _replicas) Advance(ahead, Walk(_byReplicas[k]!, spansOf(k), pointers).GetEnumerator(), from);
        while (ahead.TryDequeue(out IEnumerator<CatalogEntry>? next, out _))
        {
            yield return next.Current;
            Advance(ahead, next, from);
        }
    }

    /// <summary>Of each k of which there is anything in the spans given for it, what; by ascending k.</summary>
    public IEnumerable<(byte Replicas, RangeSummary Summary)> Summaries(Func<int, List<KeySpan>> spansOf)
    {
        foreach (byte k in _replicas)
        {
            List<KeySpan> spans = spansOf(k);
            spans.Sort((a, b) => a.From.CompareTo(b.From));
            RangeSummary summary = _byReplicas[k]!.Summary(spans);
            if (summary.Count > 0) yield return (k, summary);
        }
    }

    private void LoadTree(byte replicas, List<CatalogEntry> entries, int count)
    {
        var sorted = new CatalogEntry[count];
        int at = 0;
        foreach (CatalogEntry entry in entries)
        {
            if (entry.Replicas == replicas) sorted[at++] = entry;
        }

        TreeOf(replicas).Load(sorted);
    }

    private static void Advance(PriorityQueue<IEnumerator<CatalogEntry>, (UInt128, uint)> ahead, IEnumerator<CatalogEntry> walk, RingId from)
    {
        if (walk.MoveNext()) ahead.Enqueue(walk, (from.ClockwiseTo(walk.Current.Key), walk.Current.Object.Tail));
    }

    private static IEnumerable<CatalogEntry> Walk(KeyTree tree, List<KeySpan> spans, bool pointers)
    {
        foreach (KeySpan span in spans)
        {
            foreach (ArraySegment<CatalogEntry> run in tree.Runs(span, pointers))
            {
                for (int i = 0; i < run.Count; i++) yield return run[i];
            }
        }
    }

    private KeyTree TreeOf(byte replicas)
    {
        if (_byReplicas[replicas] is { } tree) return tree;
        int at = _replicas.BinarySearch(replicas);
        _replicas.Insert(~at, replicas);
        return _byReplicas[replicas] = new KeyTree();
    }

    private void Tally(in CatalogEntry entry, int by)
    {
        if (entry.IsReplica && entry.IsLedgerEntry) CountLedgerEntry(entry, by);
        else if (entry.IsReplica) CountObject(entry, by);
        else if (entry.IsPointer) CountPointer(entry.Peer, by);
        else TombstoneCount += by;
    }

    private void CountObject(in CatalogEntry entry, int by)
    {
        ObjectCount += by;
        ContentBytes += by * (long)entry.ContentLength;
        if (entry.State == EntryState.Diverted) DivertedCount += by;
    }

    private void CountLedgerEntry(in CatalogEntry entry, int by)
    {
        LedgerCount += by;
        if (entry.Debited == 0) return;
        DebitedBytes += by * entry.Debited;
        UInt128 owner = Certificates.Ledger.PrefixOf(entry.Key);
        long debited = _debitedByOwner.GetValueOrDefault(owner) + (by * entry.Debited);
        if (debited > 0) _debitedByOwner[owner] = debited;
        else _debitedByOwner.Remove(owner);
    }

    private void CountPointer(uint peer, int by)
    {
        PointerCount += by;
        int count = _pointersByPeer.GetValueOrDefault(peer) + by;
        if (count > 0) _pointersByPeer[peer] = count;
        else _pointersByPeer.Remove(peer);
    }
}
