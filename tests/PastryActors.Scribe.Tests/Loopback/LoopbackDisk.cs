using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.History;

namespace PastryActors.Scribe.Tests.Loopback;

/// <summary>The store of one node: outlives its process.</summary>
internal sealed class LoopbackDisk
{
    public SortedDictionary<FileId, (ulong Tag, Blob Meta)> Objects { get; } = [];

    /// <summary>While true, nothing is written.</summary>
    public bool IsFailing { get; set; }

    /// <summary>Objects that can no longer be read.</summary>
    public HashSet<FileId> Rotten { get; } = [];

    public StoreEntry[] List() => [.. Objects.Select(o => new StoreEntry(o.Key, o.Value.Tag, 0))];

    public WorkResult Do(Work work) => work switch
    {
        StoreWrite write => new StoreChanged(write.Id, write.Object, Write(write)),
        StoreRemove remove => new StoreChanged(remove.Id, remove.Object, Objects.Remove(remove.Object) ? StoreStatus.Done : StoreStatus.NotFound),
        StoreRead read when Rotten.Contains(read.Object) => new StoreGot(read.Id, read.Object, StoreStatus.Corrupt, default, null),
        StoreRead read => new StoreGot(read.Id, read.Object, Objects.ContainsKey(read.Object) ? StoreStatus.Done : StoreStatus.NotFound, Objects.GetValueOrDefault(read.Object).Meta, null),
        _ => throw new ArgumentException("not work for a disk", nameof(work)),
    };

    private StoreStatus Write(StoreWrite write)
    {
        if (IsFailing) return StoreStatus.Failed;
        return Objects.TryAdd(write.Object, (write.Tag, write.Meta)) ? StoreStatus.Done : StoreStatus.Exists;
    }
}

/// <summary>Where the ring keeps history: outlives every node.</summary>
internal sealed class LoopbackArchive(Func<Instant> now)
{
    public Dictionary<FileId, (string Name, Blob Content)> Segments { get; } = [];

    /// <summary>While true, nothing is stored.</summary>
    public bool IsFull { get; set; }

    public SegmentArchived Store(ArchiveSegment work)
    {
        if (IsFull) return new SegmentArchived(work.Id, null, 0);
        Span<byte> hash = stackalloc byte[Hash256.SizeBytes];
        Hash256.Of([.. System.Text.Encoding.UTF8.GetBytes(work.Name), .. work.Content.Span]).WriteTo(hash);
        var id = FileId.FromBytes(hash[..FileId.SizeBytes]);
        Segments[id] = (work.Name, work.Content);
        return new SegmentArchived(work.Id, id, (ulong)(now().Ticks / TimeSpan.TicksPerSecond));
    }

    public SegmentFetched Fetch(FetchSegment work) =>
        new(work.Id, Segments.TryGetValue(work.Object, out (string, Blob Content) found) && Hash256.Of(found.Content.Span) == work.Hash ? found.Content : default);

    public SegmentDropped Drop(DropSegment work)
    {
        Segments.Remove(work.Object);
        return new SegmentDropped(work.Id);
    }
}
