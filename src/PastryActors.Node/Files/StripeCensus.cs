using PastryActors.Core.Coding;
using PastryActors.Core.Ring;
using PastryActors.Past.Requests;
using PastryActors.Past.Trees;

namespace PastryActors.Node.Files;

/// <summary>Counts of a coded file which chunks are there, and on how many nodes they lie. Takes none of any other file. Safe for any thread.</summary>
internal sealed class StripeCensus(HashTreeNode? top)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RingId, int>[] _held = [.. Enumerable.Range(0, top?.Code.StripesOf(top.ChildCount) ?? 0).Select(_ => new Dictionary<RingId, int>())];

    public StripeCode Code => top?.Code ?? default;

    /// <summary>Chunks that no node holds just now, over all stripes.</summary>
    public int Missing => _held.Select((_, stripe) => MissingOf(stripe)).Sum();

    /// <summary>Stripes that lack more chunks than they have of parity: what they have of content cannot be had.</summary>
    public int Lost => _held.Where((_, stripe) => MissingOf(stripe) > Code.Parity).Count();

    /// <summary>How many nodes must fail before content is lost, at the least over all stripes; 0 if it is.</summary>
    public int NodesToLose => _held.Length == 0 ? int.MaxValue : _held.Select((_, stripe) => NodesToLoseOf(stripe)).Min();

    /// <summary>Notes who has a part. False if it is no coded chunk.</summary>
    public bool Take(FilePart part, ObjectInspected seen)
    {
        if (_held.Length == 0 || !part.IsChunk) return false;
        if (HolderOf(seen) is not { } holder) return true;
        Dictionary<RingId, int> stripe = _held[part.Parent.StripeOf(part.Child.Index)];
        lock (_gate) stripe[holder] = stripe.GetValueOrDefault(holder) + 1;
        return true;
    }

    /// <summary>The closest node that has an object; null if none has.</summary>
    public static RingId? HolderOf(ObjectInspected seen) =>
        seen.Holders.ToArray().FirstOrDefault(h => h.State is HolderState.Held or HolderState.Verified)?.Node.Id;

    private int MissingOf(int stripe) => top!.DataCountOf(stripe) + Code.Parity - _held[stripe].Values.Sum();

    private int NodesToLoseOf(int stripe)
    {
        int spare = Code.Parity - MissingOf(stripe);
        int nodes = 0;
        foreach (int chunks in _held[stripe].Values.OrderDescending())
        {
            if (spare < 0) break;
            spare -= chunks;
            nodes++;
        }

        return nodes;
    }
}
