using PastryActors.Core.Driving;
using PastryActors.Node.Access;
using PastryActors.Node.Files;
using PastryActors.Past.Requests;

namespace PastryActors.Node.Upkeep;

/// <summary>Says why a file has fewer replicas than it should, and what to do: asks those of its k closest nodes that lack it.</summary>
internal sealed class FileDoctor(INodeAccess node, TimeSpan timeout)
{
    /// <summary>A sentence for each thing that is not as it should be; none if the file is well.</summary>
    public async Task<IReadOnlyList<string>> ExplainAsync(FileWhereabouts file, CancellationToken cancellation)
    {
        List<string> advice = [];
        foreach (HolderReport holder in file.Holders.ToArray())
        {
            if (await ExplainAsync(holder, file, cancellation).ConfigureAwait(false) is { } sentence) advice.Add(sentence);
        }

        advice.AddRange(OfStripes(file));
        bool unexplained = file.Code.IsNone && file.ReplicasAlive < file.Certificate.Replicas && advice.Count == 0;
        if (unexplained) advice.Add($"a part of the file has {file.ReplicasAlive} of {file.Certificate.Replicas} replicas: pastry doctor names the nodes that lack parts");
        return advice;
    }

    private static IEnumerable<string> OfStripes(FileWhereabouts file)
    {
        if (file.StripesLost > 0)
        {
            yield return $"{file.StripesLost} of its stripes lack more than {file.Code.Parity} chunks, and cannot be read: start the nodes that are down, they have them";
        }
        else if (file.ChunksMissing > 0)
        {
            yield return $"{file.ChunksMissing} of its chunks are missing; the file is read without them, and the first of its holders above makes them again, at its second look (past.coded-check-period)";
        }
        else if (!file.Code.IsNone && file.ReplicasAlive < Math.Min(file.Certificate.Replicas, file.Code.Parity + 1))
        {
            yield return $"the chunks of a stripe lie on few nodes: {(file.ReplicasAlive == 1 ? "one that fails takes" : $"{file.ReplicasAlive} that fail at once may take")} it along. pastry cluster add: some of its chunks move to nodes that join";
        }
    }

    private async Task<string?> ExplainAsync(HolderReport holder, FileWhereabouts file, CancellationToken cancellation) => holder.State switch
    {
        HolderState.Unreachable => $"node {holder.Node.Id} does not answer: start it, or wait until the ring has found that it failed and makes its replica anew",
        HolderState.Damaged => $"node {holder.Node.Id} found its replica damaged and fetches it from another holder; if that happens often, replace its disk",
        HolderState.Missing => await AskAsync(holder, file, cancellation).ConfigureAwait(false),
        HolderState.Pointer when holder.DivertedTo is null => await AskAsync(holder, file, cancellation).ConfigureAwait(false),
        _ => null,
    };

    private async Task<string> AskAsync(HolderReport holder, FileWhereabouts file, CancellationToken cancellation)
    {
        string who = $"node {holder.Node.Id} is one of the {file.Certificate.Replicas} closest and lacks it";
        Reply reply = await node.AskAsync(id => new AskUpkeep(id, timeout, holder.Node, file.Certificate.File), cancellation).ConfigureAwait(false);
        if (reply is not UpkeepTold { Report: var report }) return $"{who}, and did not say why: see its log";
        return (report.Trouble, report.Repair) switch
        {
            (_, RepairActivity.Paused) => $"{who}: its repair is paused. pastry repair resume, on that node",
            (RepairTrouble.NoRoom, _) => $"{who}: there is room neither on it nor with its neighbours. pastry cluster add, raise past.capacity, or reclaim files",
            (RepairTrouble.NobodyGaveIt, _) => $"{who}: no node that it asked gave it. Start the nodes that are down; it asks again by itself",
            (RepairTrouble.Waiting, RepairActivity.Throttled) => $"{who}: it waits for its turn, at {report.UnderReplicated} objects to fetch. pastry repair speed, on that node, makes it faster",
            (RepairTrouble.Waiting, _) => $"{who}: it is about to fetch it, among {report.UnderReplicated} objects",
            _ => $"{who}, and does not know yet: the next comparison with its neighbours tells it, within past.sync-period",
        };
    }
}
