using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Pastry.Tables;

/// <summary>
/// For each prefix of this node's id, and each digit that may follow it, one node whose id continues so: of those known, the
/// nearest in the network (Middleware 2001, section 2.1). Rows are made when first needed.
/// </summary>
public sealed class RoutingTable(RingId self, int digitBits)
{
    /// <summary>A distance that was never measured: farther than any that was.</summary>
    public const uint Unmeasured = uint.MaxValue;

    private readonly List<Entry[]?> _rows = [];

    /// <summary>Number of rows, the empty ones among them.</summary>
    public int RowCount => _rows.Count;

    /// <summary>Number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>The entry for the key: a node that shares one more digit with it than this node does; null if none is known.</summary>
    public NodeHandle? Next(RingId key)
    {
        int row = self.SharedPrefixLength(key, digitBits);
        return row < _rows.Count ? _rows[row]?[key.Digit(row, digitBits)].Node : null;
    }

    /// <summary>
    /// Puts a node into its place if that is empty, held by the same node, or held by one that is farther. True if the node now
    /// stands in the table.
    /// </summary>
    /// <param name="roundTripMicros">Measured distance, or <see cref="Unmeasured"/>.</param>
    public bool Consider(NodeHandle node, uint roundTripMicros = Unmeasured)
    {
        if (node.Id == self) return false;
        ref Entry entry = ref Slot(node.Id);
        if (entry.Node is null)
        {
            entry = new Entry(node, roundTripMicros, HeardSeconds: 0);
            Count++;
            return true;
        }

        if (entry.Node.Id == node.Id)
        {
            if (node.Supersedes(entry.Node)) entry.Node = node;
            if (roundTripMicros != Unmeasured) entry.RoundTripMicros = roundTripMicros;
            return true;
        }

        if (roundTripMicros >= entry.RoundTripMicros) return false;
        entry = new Entry(node, roundTripMicros, HeardSeconds: 0);
        return true;
    }

    /// <summary>Notes that a node spoke, by the handle that it spoke under. Nothing, if it does not stand in the table.</summary>
    internal void Heard(NodeHandle node, Instant now)
    {
        if (Find(node.Id) is not { } there || there.Id != node.Id) return;
        ref Entry entry = ref Slot(node.Id);
        if (node.Supersedes(there)) entry.Node = node;
        entry.HeardSeconds = (uint)(now.Ticks / TimeSpan.TicksPerSecond);
    }

    /// <summary>The node that stands where <paramref name="id"/> belongs, or null.</summary>
    public NodeHandle? Find(RingId id)
    {
        if (id == self) return null;
        int row = self.SharedPrefixLength(id, digitBits);
        return row < _rows.Count ? _rows[row]?[id.Digit(row, digitBits)].Node : null;
    }

    /// <summary>The measured distance of the node that stands where <paramref name="id"/> belongs; <see cref="Unmeasured"/> if none does.</summary>
    public uint DistanceAt(RingId id)
    {
        int row = self.SharedPrefixLength(id, digitBits);
        if (row >= _rows.Count || _rows[row] is not { } entries) return Unmeasured;
        Entry entry = entries[id.Digit(row, digitBits)];
        return entry.Node is null ? Unmeasured : entry.RoundTripMicros;
    }

    /// <summary>Takes a node out. True if it was there.</summary>
    public bool Remove(RingId id)
    {
        if (Find(id)?.Id != id) return false;
        Slot(id) = default;
        Count--;
        return true;
    }

    /// <summary>The nodes of a row, by digit.</summary>
    public IEnumerable<NodeHandle> Row(int row)
    {
        if (row >= _rows.Count || _rows[row] is not { } entries) yield break;
        foreach (Entry entry in entries)
        {
            if (entry.Node is { } node) yield return node;
        }
    }

    /// <summary>The nodes of a row with their distances in microseconds, by digit.</summary>
    public IEnumerable<(NodeHandle Node, uint RoundTripMicros)> RowWithDistances(int row)
    {
        if (row >= _rows.Count || _rows[row] is not { } entries) yield break;
        foreach (Entry entry in entries)
        {
            if (entry.Node is { } node) yield return (node, entry.RoundTripMicros);
        }
    }

    /// <summary>The nodes of a row that did not speak since a moment, to the second.</summary>
    internal List<NodeHandle> SilentSince(Instant moment, int row)
    {
        List<NodeHandle> silent = [];
        long seconds = moment.Ticks / TimeSpan.TicksPerSecond;
        foreach (ref readonly Entry entry in _rows[row].AsSpan())
        {
            if (entry.Node is { } node && entry.HeardSeconds <= seconds) silent.Add(node);
        }

        return silent;
    }

    /// <summary>All nodes, row by row.</summary>
    public IEnumerable<NodeHandle> All()
    {
        for (int row = 0; row < _rows.Count; row++)
        {
            foreach (NodeHandle node in Row(row)) yield return node;
        }
    }

    private ref Entry Slot(RingId id)
    {
        int row = self.SharedPrefixLength(id, digitBits);
        while (_rows.Count <= row) _rows.Add(null);
        Entry[] entries = _rows[row] ??= new Entry[1 << digitBits];
        return ref entries[id.Digit(row, digitBits)];
    }

    /// <summary>Sixteen bytes: seconds of 32 bits fill what alignment would waste.</summary>
    private record struct Entry(NodeHandle? Node, uint RoundTripMicros, uint HeardSeconds);
}
