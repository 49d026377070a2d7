using System.Diagnostics.CodeAnalysis;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Operations;

namespace PastryActors.Past.Holding;

/// <summary>A copy of an object that came by.</summary>
/// <param name="Content">Its bytes; null for an empty object.</param>
/// <param name="FetchedAt">When a holder last gave it, to whomever: from then on it is believed for the lease.</param>
internal sealed record CachedCopy(ObjectCertificate Certificate, ContentRef? Content, Instant FetchedAt);

/// <summary>
/// Copies of objects that came by, in the room that nothing else needs (SOSP 2001, section 4): what is smaller than the share c of the cache is taken,
/// GreedyDual-Size says what goes. In memory, so that an insert never waits for it; given up as objects take the room. What it
/// holds was checked like a replica; it is served for the lease at most, since nobody tells it of a reclaim.
/// </summary>
internal sealed class RouteCache(PastContext context)
{
    private readonly Dictionary<FileId, Slot> _slots = [];
    private readonly SortedSet<(double Weight, long Order, FileId Object)> _order = [];
    private double _inflation;
    private long _uses;

    /// <summary>Objects cached.</summary>
    public int Count => _slots.Count;

    /// <summary>Bytes that they take.</summary>
    public long Bytes { get; private set; }

    /// <summary>Lookups answered from here since the start.</summary>
    public long Hits { get; private set; }

    private long LimitBytes => Math.Min(context.Options.CacheBytesMax, context.Room.FreeBytes);

    /// <summary>Finds a copy that may still be believed, and counts the use.</summary>
    public bool TryUse(FileId id, [NotNullWhen(true)] out CachedCopy? copy)
    {
        copy = null;
        if (!_slots.TryGetValue(id, out Slot? slot)) return false;
        if (slot.Copy.FetchedAt + context.Options.CacheLease <= context.Host.Now)
        {
            Remove(id);
            return false;
        }

        Hits++;
        Weigh(id, slot);
        copy = slot.Copy;
        return true;
    }

    /// <summary>Takes an object that was checked: certificate, content and signature.</summary>
    public void Put(ObjectCertificate certificate, ContentRef? content, Instant fetchedAt)
    {
        FileId id = CertificateRules.ObjectOf(certificate);
        long size = Math.Max(1, context.Room.SizeOf(certificate.ContentLength)), limit = LimitBytes;
        if (context.Options.CachePolicy == CachePolicy.None || size > context.Options.CacheShareMax * limit || context.Catalog.TryGet(id, out _)) return;
        if (_slots.TryGetValue(id, out Slot? known))
        {
            if (known.Copy.FetchedAt < fetchedAt) known.Copy = known.Copy with { FetchedAt = fetchedAt };
            return;
        }

        Shrink(limit - size);
        var slot = new Slot(new CachedCopy(certificate, content, fetchedAt), size);
        _slots.Add(id, slot);
        Bytes += size;
        Weigh(id, slot);
    }

    /// <summary>Lets a copy go: the object is here itself, or reclaimed.</summary>
    public void Remove(FileId id)
    {
        if (!_slots.Remove(id, out Slot? slot)) return;
        _order.Remove((slot.Weight, slot.Order, id));
        Bytes -= slot.Size;
    }

    /// <summary>Gives up what others need: called when room was taken.</summary>
    public void Yield()
    {
        if (_slots.Count > 0) Shrink(LimitBytes);
    }

    private void Shrink(long bytes)
    {
        while (Bytes > bytes && _order.Count > 0)
        {
            (double weight, _, FileId id) = _order.Min;

            // What is asked for from now on is worth that much more than what was not for long.
            _inflation = weight;
            Remove(id);
        }
    }

    private void Weigh(FileId id, Slot slot)
    {
        _order.Remove((slot.Weight, slot.Order, id));
        slot.Order = ++_uses;
        slot.Weight = context.Options.CachePolicy == CachePolicy.Lru ? 0 : _inflation + (1.0 / slot.Size);
        _order.Add((slot.Weight, slot.Order, id));
    }

    private sealed class Slot(CachedCopy copy, long size)
    {
        public CachedCopy Copy { get; set; } = copy;

        public long Size => size;

        public double Weight { get; set; } = double.NaN;

        public long Order { get; set; }
    }
}
