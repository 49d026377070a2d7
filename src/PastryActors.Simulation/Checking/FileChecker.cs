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
/// quiescence every one lies on exactly the k nodes closest to it, or on those that they point to, as far as there is room. Looks at the disks themselves.
/// </summary>
public sealed class FileChecker(SimRing ring, FileWorkload files) : IChecker
{
    // As docs/protocol-past.md has the tags: 0 the object, 1 a tombstone, 2 a pointer, 3 the object for another node.
    private const int PointerState = 2;

    // Files that had fewer than k holders when the ring had last converged, because there was no room for more, and how many were missing.
    private Dictionary<FileId, int> _thin = [];

    /// <summary>Acknowledged files that had fewer than k holders for want of room, and lost the last of them.</summary>
    public int LostForWantOfRoom { get; private set; }

    /// <summary>Bytes of the replicas of acknowledged files that no node had room for, when the ring had last converged.</summary>
    public long MissingForWantOfRoomBytes => files.Acknowledged.Sum(c => (long)c.ContentLength * _thin.GetValueOrDefault(CertificateRules.ObjectOf(c)));

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
        return new CheckResult(Name, problem is null, problem ?? string.Create(CultureInfo.InvariantCulture, $"{files.Acknowledged.Count} acknowledged objects on their k nodes, {files.Reads.Count} lookups, {LostForWantOfRoom} lost for want of room"));
    }

    /// <summary>The first acknowledged object that is not where it should be, in words; null if all are.</summary>
    /// <param name="surplus">How many holders beyond k are let pass: surplus copies go late, on purpose.</param>
    public string? Misplaced(int surplus)
    {
        files.Collect();
        if (files.Acknowledged.Count == 0) return null;
        RingTruth truth = RingTruth.Of(ring.World);
        ILookup<FileId, SimNode> onDisk = OnDisk();
        Dictionary<FileId, int> thin = [];
        foreach (ObjectCertificate certificate in files.Acknowledged)
        {
            if (Problem(certificate, truth, onDisk, surplus, thin) is { } problem) return $"{certificate.Name}: {problem}";
        }

        _thin = thin;
        LostForWantOfRoom += files.Acknowledged.RemoveAll(c => thin.ContainsKey(CertificateRules.ObjectOf(c)) && !HoldersOf(CertificateRules.ObjectOf(c)).Any());
        return null;
    }

    /// <summary>The live nodes on whose disk an object itself lies.</summary>
    public IEnumerable<SimNode> HoldersOf(FileId id) => ring.Live.Where(n => IsReplica(n, id));

    /// <summary>All live nodes by what lies on their disks: one pass over all disks, not one for every object.</summary>
    private ILookup<FileId, SimNode> OnDisk() =>
        ring.Live.Where(static n => n.Disk is not null).SelectMany(static n => n.Disk!.Ids.Select(id => (Id: id, Node: n))).ToLookup(static h => h.Id, static h => h.Node);

    private string? Problem(ObjectCertificate certificate, RingTruth truth, ILookup<FileId, SimNode> onDisk, int surplus, Dictionary<FileId, int> thin)
    {
        FileId id = CertificateRules.ObjectOf(certificate);
        IReadOnlyList<RingId> right = truth.Closest(id.Key, certificate.Replicas);
        SimNode[] holding = [.. onDisk[id].Where(n => IsReplica(n, id))];
        if (Array.Find(holding, n => n.Disk!.HashOf(id) is { } hash && hash != certificate.ContentHash) is { } deceived) return $"{deceived} took other content for it";
        RingId[] holders = [.. holding.Select(static n => n.Id)];

        // A right holder has the object, or a pointer to another holder of its own: nobody's replica counts twice.
        HashSet<RingId> counted = [.. right.Where(holders.Contains)];
        foreach (SimNode node in onDisk[id].Where(n => right.Contains(n.Id)))
        {
            if (PointerAt(node, id) is { } pointed && holders.Contains(pointed)) counted.Add(pointed);
        }

        if (counted.Count < right.Count)
        {
            // Fewer than k hold it already, for want of room: the next failure may take the last.
            if (holders.Length == 0 && !_thin.ContainsKey(id)) return "lost";
            if (holders.Length > 0 && !IsFull(certificate)) return $"{counted.Count} of {right.Count} right holders, {holders.Length} in all";
            thin.Add(id, right.Count - counted.Count);
        }

        return holders.Length > right.Count + surplus ? $"{holders.Length} holders of {right.Count}" : null;
    }

    private static RingId? PointerAt(SimNode node, FileId id)
    {
        if (node.Disk?.Look(id) is not { } look || StateOf(look.Tag) != PointerState) return null;
        return CertificateCodec.TryDecodePointer(look.Meta.Span, out _)?.Holder.Id;
    }

    // Where the rules leave no node that may take one more, fewer than k are what the paper promises (SOSP 2001, section 3.5).
    private bool IsFull(ObjectCertificate certificate)
    {
        if (ring.Options.Past is not { } past) return false;
        double most = ring.Live.Max(n => (double)(ring.CapacityOf(n.Index) - (n.Disk?.ContentBytes ?? 0)));
        return certificate.ContentLength > Math.Min(past.PrimaryShareMax, past.DivertedShareMax) * most;
    }

    private static bool IsReplica(SimNode node, FileId id) => node.Disk?.Look(id) is { } look && StateOf(look.Tag) is 0 or 3;

    private static int StateOf(ulong tag) => (byte)(tag >> 16);

    private string? ReadProblem()
    {
        foreach ((SimAsk ask, ObjectCertificate certificate) in files.Reads)
        {
            if (ask.Last is Failed { Code: FailureCode.NotFound } && !IsExcused(ask, certificate)) return $"{certificate.Name}: acknowledged, but {ask.Node} was told that it is nowhere";
            if (ask.Last is ObjectFound found && (found.Content.Hash != certificate.ContentHash || found.Content.Length != certificate.ContentLength)) return $"{certificate.Name}: {ask.Node} got other content";
        }

        return null;
    }

    private bool IsExcused(SimAsk ask, ObjectCertificate certificate) =>
        files.Excused.Contains(ask) || !files.Acknowledged.Contains(certificate) || _thin.ContainsKey(CertificateRules.ObjectOf(certificate));
}
