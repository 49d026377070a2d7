using PastryActors.Core.Coding;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;

namespace PastryActors.Node.Files;

/// <summary>
/// Chooses under which of its four ids a coded chunk is kept, so that the chunks of a stripe lie on different nodes, or on a ring of few nodes as evenly as four choices allow: the node closest to each id is asked for, and that one
/// taken which has fewest of the stripe. A stripe of which one node would have more than it can lose is refused. Safe for any thread.
/// </summary>
internal sealed class StripeSpread(INodeAccess node, FileTransferOptions options, StripeCode code)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(int Stripe, RingId Node), int> _held = [];

    /// <summary>
    /// Notes who holds a chunk, and is counted for it from now on in place of who was expected to. Throws <see cref="RequestFailedException"/> (full) where room was found only on a node that has as many of the stripe as may be lost.
    /// </summary>
    public void Holds(int stripe, RingId? expected, StoreReceipt receipt)
    {
        RingId holder = receipt.DivertedTo ?? receipt.HolderId;
        int load;
        lock (_gate)
        {
            if (holder != expected && expected is { } other) _held[(stripe, other)] = LoadOf(stripe, other) - 1;
            if (holder != expected) _held[(stripe, holder)] = LoadOf(stripe, holder) + 1;
            load = LoadOf(stripe, holder);
        }

        if (!code.IsNone && load > code.Parity)
            throw new RequestFailedException(FailureCode.Full, $"a chunk found room only on node {holder}, which has {load} chunks of its stripe now, more than the code {code} can lose");
    }

    /// <summary>The attempt to begin with, and who is then expected to hold the chunk. Where it is already there it stays.</summary>
    /// <param name="idOf">The chunk's id by the attempt.</param>
    /// <param name="search">Whether it may be there already, under any of its ids.</param>
    public async Task<(int Attempt, RingId? Holder)> ChooseAsync(int stripe, Func<int, FileId> idOf, bool search, CancellationToken cancellation)
    {
        Task<(bool Held, RingId? Node)>[] looks = search ? [.. Enumerable.Range(0, FileIds.PartAttemptMax + 1).Select(a => LookAsync(idOf(a), cancellation))] : [];
        var closest = new RingId?[FileIds.PartAttemptMax + 1];
        for (int attempt = 0; attempt < closest.Length; attempt++)
        {
            (bool held, closest[attempt]) = await (search ? looks[attempt] : LookAsync(idOf(attempt), cancellation)).ConfigureAwait(false);
            if ((held || !search) && TryTake(stripe, closest[attempt], loadMax: held ? int.MaxValue : 0)) return (attempt, closest[attempt]);
        }

        return TakeLeast(stripe, closest);
    }

    private async Task<(bool Held, RingId? Node)> LookAsync(FileId id, CancellationToken cancellation)
    {
        ObjectInspected seen = await node.AskAsync<ObjectInspected>(r => new InspectObject(r, options.RequestTimeout, id, ReadBack: false), cancellation).ConfigureAwait(false);
        return (seen.Certificate is not null, seen.Holders.Count > 0 ? seen.Holders[0].Node.Id : null);
    }

    private (int Attempt, RingId? Holder) TakeLeast(int stripe, RingId?[] nodes)
    {
        lock (_gate)
        {
            int best = Enumerable.Range(0, nodes.Length).MinBy(a => LoadOf(stripe, nodes[a]));
            if (TryTake(stripe, nodes[best], loadMax: code.Parity - 1)) return (best, nodes[best]);
            throw new RequestFailedException(
                FailureCode.Invalid,
                $"the ring has too few nodes for the code {code}: one of them would have {code.Parity + 1} chunks of a stripe, and with it the file would be lost. Take fewer chunks of content, more of parity, or -k without a code");
        }
    }

    // A node that nobody named is none that anything is counted of.
    private bool TryTake(int stripe, RingId? holder, int loadMax)
    {
        if (holder is not { } id) return true;
        lock (_gate)
        {
            int load = LoadOf(stripe, id);
            if (load > loadMax) return false;
            _held[(stripe, id)] = load + 1;
            return true;
        }
    }

    private int LoadOf(int stripe, RingId? holder) => holder is { } id ? _held.GetValueOrDefault((stripe, id)) : 0;
}
