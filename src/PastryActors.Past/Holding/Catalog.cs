using PastryActors.Core.Ring;
using PastryActors.Past.Repair;

namespace PastryActors.Past.Holding;

/// <summary>
/// What this node holds durably, in the order of the ring, so that a range can be walked and every run is the same. A sorted list
/// in blocks: a change moves at most one block, a million entries are a few thousand blocks.
/// </summary>
internal sealed class Catalog
{
    private const int BlockMax = 512;

    private readonly List<Block> _blocks = [];
    private readonly int[] _countByReplicas = new int[256];
    private readonly Dictionary<uint, int> _pointersByPeer = [];

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

    /// <summary>Entries of any state.</summary>
    public int Count => ObjectCount + TombstoneCount + PointerCount;

    /// <summary>The largest k of any entry; zero when there is none.</summary>
    public int ReplicasMax => Array.FindLastIndex(_countByReplicas, n => n > 0) is var k and > 0 ? k : 0;

    /// <summary>The entry of an object, if it is here in any state.</summary>
    public bool TryGet(FileId id, out CatalogEntry entry)
    {
        entry = default;
        if (!Find(id, out Block block, out int at)) return false;
        entry = block.Entries[at];
        return true;
    }

    /// <summary>Whether the object itself is here.</summary>
    public bool Holds(FileId id) => TryGet(id, out CatalogEntry entry) && entry.IsReplica;

    /// <summary>Whether any pointer leads to the node.</summary>
    public bool HasPointersTo(RingId node) => _pointersByPeer.ContainsKey(CatalogEntry.PeerOf(node));

    /// <summary>Puts an entry in, in place of any other of its id.</summary>
    public void Set(in CatalogEntry entry)
    {
        if (Find(entry.Object, out Block block, out int at))
        {
            Tally(block.Entries[at], -1);
            block.Entries[at] = entry;
        }
        else
        {
            Insert(entry);
        }

        Tally(entry, +1);
    }

    /// <summary>Takes an entry out. False if there was none.</summary>
    public bool Remove(FileId id)
    {
        if (!Find(id, out Block block, out int at)) return false;
        Tally(block.Entries[at], -1);
        block.RemoveAt(at);
        if (block.Size == 0) _blocks.Remove(block);
        return true;
    }

    /// <summary>Fills an empty catalog at once: much faster than one by one. Of entries with the same id one is kept.</summary>
    public void Load(List<CatalogEntry> entries)
    {
        entries.Sort(static (a, b) => a.Object.CompareTo(b.Object));
        var block = new Block();
        for (int i = 0; i < entries.Count; i++)
        {
            if (i > 0 && entries[i].Object == entries[i - 1].Object) continue;

            // Not quite full, or the first inserts would split every block.
            if (block.Size == BlockMax * 3 / 4) block = new Block();
            if (block.Size == 0) _blocks.Add(block);
            block.Append(entries[i]);
            Tally(entries[i], +1);
        }
    }

    /// <summary>The entries whose keys lie in the arc, clockwise from its beginning. Not to be walked over a change.</summary>
    public IEnumerable<CatalogEntry> In(Arc arc)
    {
        foreach (ArraySegment<CatalogEntry> run in RunsIn(arc))
        {
            for (int i = 0; i < run.Count; i++) yield return run[i];
        }
    }

    /// <summary>The same, as runs of entries that lie side by side: for what is done with very many.</summary>
    public IEnumerable<ArraySegment<CatalogEntry>> RunsIn(Arc arc)
    {
        if (_blocks.Count == 0) yield break;
        (int startBlock, int startAt) = Seek(new FileId(arc.From, 0));
        for (int step = 0; step <= _blocks.Count; step++)
        {
            // The block that the walk begins in is met again at the end, for the part before the beginning.
            Block block = _blocks[(startBlock + step) % _blocks.Count];
            int from = step == 0 ? startAt : 0;
            int to = step == _blocks.Count ? startAt : block.Size;
            int end = block.EndOf(arc, from, to);
            if (end > from) yield return new ArraySegment<CatalogEntry>(block.Entries, from, end - from);
            if (end < to) yield break;
        }
    }

    private void Insert(in CatalogEntry entry)
    {
        if (_blocks.Count == 0) _blocks.Add(new Block());
        int index = BlockOf(entry.Object);
        Block block = _blocks[index];
        if (block.Size == BlockMax)
        {
            _blocks.Insert(index + 1, block.Split());
            if (entry.Object >= _blocks[index + 1].Entries[0].Object) block = _blocks[index + 1];
        }

        block.Insert(entry);
    }

    private (int Block, int At) Seek(FileId id)
    {
        int index = BlockOf(id);
        int at = _blocks[index].Search(id);
        return (index, at >= 0 ? at : ~at);
    }

    private bool Find(FileId id, out Block block, out int at)
    {
        block = null!;
        at = -1;
        if (_blocks.Count == 0) return false;
        block = _blocks[BlockOf(id)];
        at = block.Search(id);
        return at >= 0;
    }

    // The last block that begins at or before the id; the first where none does.
    private int BlockOf(FileId id)
    {
        int low = 0, high = _blocks.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_blocks[middle].Entries[0].Object <= id) low = middle;
            else high = middle - 1;
        }

        return low;
    }

    private void Tally(in CatalogEntry entry, int by)
    {
        _countByReplicas[entry.Replicas] += by;
        if (entry.IsReplica) CountObject(entry, by);
        else if (entry.IsPointer) CountPointer(entry.Peer, by);
        else TombstoneCount += by;
    }

    private void CountObject(in CatalogEntry entry, int by)
    {
        ObjectCount += by;
        ContentBytes += by * (long)entry.ContentLength;
        if (entry.State == EntryState.Diverted) DivertedCount += by;
    }

    private void CountPointer(uint peer, int by)
    {
        PointerCount += by;
        int count = _pointersByPeer.GetValueOrDefault(peer) + by;
        if (count > 0) _pointersByPeer[peer] = count;
        else _pointersByPeer.Remove(peer);
    }

    private sealed class Block
    {
        public CatalogEntry[] Entries { get; private set; } = new CatalogEntry[16];

        public int Size { get; private set; }

        /// <summary>Where the id stands, or the complement of where it would.</summary>
        public int Search(FileId id)
        {
            int low = 0, high = Size - 1;
            while (low <= high)
            {
                int middle = (low + high) / 2;
                int order = Entries[middle].Object.CompareTo(id);
                if (order == 0) return middle;
                if (order < 0) low = middle + 1;
                else high = middle - 1;
            }

            return ~low;
        }

        /// <summary>Where the arc, which all before <paramref name="from"/> precede, ends among the entries up to <paramref name="to"/>.</summary>
        public int EndOf(Arc arc, int from, int to)
        {
            if (from < to && arc.Contains(Entries[to - 1].Key)) return to;
            int low = from, high = to;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (arc.Contains(Entries[middle].Key)) low = middle + 1;
                else high = middle;
            }

            return low;
        }

        public void Append(in CatalogEntry entry)
        {
            if (Size == Entries.Length) Entries = Resized(Size * 2);
            Entries[Size++] = entry;
        }

        public void Insert(in CatalogEntry entry)
        {
            int at = ~Search(entry.Object);
            if (Size == Entries.Length) Entries = Resized(Size * 2);
            Array.Copy(Entries, at, Entries, at + 1, Size - at);
            Entries[at] = entry;
            Size++;
        }

        public void RemoveAt(int at)
        {
            Size--;
            Array.Copy(Entries, at + 1, Entries, at, Size - at);
        }

        public Block Split()
        {
            int half = Size / 2;
            var upper = new Block { Entries = Entries[half..], Size = Size - half };
            Size = half;
            return upper;
        }

        private CatalogEntry[] Resized(int size)
        {
            var resized = new CatalogEntry[Math.Min(size, BlockMax)];
            Array.Copy(Entries, resized, Size);
            return resized;
        }
    }
}
