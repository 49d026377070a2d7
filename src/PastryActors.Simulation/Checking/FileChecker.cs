using System.Globalization;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Checking;

/// <summary>
/// Nothing acknowledged is lost: no lookup of such an object was told that it is nowhere, none gave other content, no disk holds other content under its id, and after
/// quiescence every one lies on exactly the k nodes closest to it. Looks at the disks themselves.
/// </summary>
public sealed class FileChecker(SimRing ring, FileWorkload files) : IChecker
{
    /// <inheritdoc/>
    public string Name => "files";

    /// <inheritdoc/>
    public void Observe(SimNode node, in Fact fact, Instant now)
    {
    }

    /// <inheritdoc/>
    public CheckResult Conclude(SimWorld world)
    {
        files.Collect();
        string? problem = ReadProblem() ?? Misplaced(surplus: 0);
        return new CheckResult(Name, problem is null, problem ?? string.Create(CultureInfo.InvariantCulture, $"{files.Acknowledged.Count} acknowledged objects on their k nodes, {files.Reads.Count} lookups"));
    }

    /// <summary>The first acknowledged object that is not where it should be, in words; null if all are.</summary>
    /// <param name="surplus">How many holders beyond k are let pass: surplus copies go late, on purpose.</param>
    public string? Misplaced(int surplus)
    {
        files.Collect();
        if (files.Acknowledged.Count == 0) return null;
        RingTruth truth = RingTruth.Of(ring.World);
        ILookup<FileId, SimNode> onDisk = OnDisk();
        foreach (ObjectCertificate certificate in files.Acknowledged)
        {
            FileId id = CertificateRules.ObjectOf(certificate);
            IReadOnlyList<RingId> right = truth.Closest(id.Key, certificate.Replicas);
            SimNode[] holding = [.. onDisk[id]];
            if (Array.Find(holding, n => n.Disk!.HashOf(id) is { } hash && hash != certificate.ContentHash) is { } deceived) return $"{certificate.Name}: {deceived} took other content for it";
            RingId[] holders = [.. holding.Select(static n => n.Id)];
            int rightly = holders.Count(right.Contains);
            if (rightly < right.Count) return $"{certificate.Name}: {rightly} of {right.Count} right holders, {holders.Length} in all";
            if (holders.Length > right.Count + surplus) return $"{certificate.Name}: {holders.Length} holders of {right.Count}";
        }

        return null;
    }

    /// <summary>All live nodes by what lies on their disks: one pass over all disks, not one for every object.</summary>
    private ILookup<FileId, SimNode> OnDisk() =>
        ring.Live.Where(static n => n.Disk is not null).SelectMany(static n => n.Disk!.Ids.Select(id => (Id: id, Node: n))).ToLookup(static h => h.Id, static h => h.Node);

    /// <summary>The live nodes on whose disk an object lies.</summary>
    public IEnumerable<SimNode> HoldersOf(FileId id) => ring.Live.Where(n => n.Disk?.Contains(id) == true);

    private string? ReadProblem()
    {
        foreach ((SimAsk ask, ObjectCertificate certificate) in files.Reads)
        {
            if (ask.Last is Failed { Code: FailureCode.NotFound } && !files.Excused.Contains(ask) && files.Acknowledged.Contains(certificate)) return $"{certificate.Name}: acknowledged, but {ask.Node} was told that it is nowhere";
            if (ask.Last is ObjectFound found && (found.Content.Hash != certificate.ContentHash || found.Content.Length != certificate.ContentLength)) return $"{certificate.Name}: {ask.Node} got other content";
        }

        return null;
    }
}
