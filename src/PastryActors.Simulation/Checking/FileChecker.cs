using System.Globalization;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Checking;

/// <summary>
/// Nothing acknowledged is lost: no lookup of such an object was told that it is nowhere, none gave other content, and after
/// quiescence every one lies on exactly the k nodes closest to it. Looks at the disks themselves.
/// </summary>
public sealed class FileChecker(SimRing ring, FileWorkload files) : IChecker
{
    // As docs/protocol-past.md has the tags: 0 the object, 1 a tombstone, 2 a pointer, 3 the object for another node.
    private const int PointerState = 2;

    // Files that had fewer than k holders when the ring had last converged, because there was no room for more.
    private HashSet<FileId> _thin = [];

    /// <summary>Acknowledged files that had fewer than k holders for want of room, and lost the last of them.</summary>
    public int LostForWantOfRoom { get; private set; }

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
        HashSet<FileId> thin = [];
        foreach (ObjectCertificate certificate in files.Acknowledged)
        {
            if (Problem(certificate, truth, surplus, thin) is { } problem) return $"{certificate.Name}: {problem}";
        }

        _thin = thin;
        LostForWantOfRoom += files.Acknowledged.RemoveAll(c => thin.Contains(CertificateRules.ObjectOf(c)) && !HoldersOf(CertificateRules.ObjectOf(c)).Any());
        return null;
    }

    /// <summary>The live nodes on whose disk an object itself lies.</summary>
    public IEnumerable<SimNode> HoldersOf(FileId id) => ring.Live.Where(n => IsReplica(n, id));

    private string? Problem(ObjectCertificate certificate, RingTruth truth, int surplus, HashSet<FileId> thin)
    {
        FileId id = CertificateRules.ObjectOf(certificate);
        IReadOnlyList<RingId> right = truth.Closest(id.Key, certificate.Replicas);
        RingId[] holders = [.. HoldersOf(id).Select(static n => n.Id)];

        // A right holder has the object, or a pointer to another holder of its own: nobody's replica counts twice.
        HashSet<RingId> counted = [.. right.Where(holders.Contains)];
        foreach (RingId node in right.Where(n => !holders.Contains(n)))
        {
            if (PointerAt(node, id) is { } pointed && holders.Contains(pointed)) counted.Add(pointed);
        }

        if (counted.Count < right.Count)
        {
            // Fewer than k hold it already, for want of room: the next failure may take the last.
            if (holders.Length == 0 && !_thin.Contains(id)) return "lost";
            if (holders.Length > 0 && !IsFull(certificate)) return $"{counted.Count} of {right.Count} right holders, {holders.Length} in all";
            thin.Add(id);
        }

        return holders.Length > right.Count + surplus ? $"{holders.Length} holders of {right.Count}" : null;
    }

    private RingId? PointerAt(RingId node, FileId id)
    {
        if (ring.Live.FirstOrDefault(n => n.Id == node)?.Disk?.Look(id) is not { } look || StateOf(look.Tag) != PointerState) return null;
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
            if (ask.Last is Failed { Code: FailureCode.NotFound } && files.Acknowledged.Contains(certificate) && !_thin.Contains(CertificateRules.ObjectOf(certificate))) return $"{certificate.Name}: acknowledged, but {ask.Node} was told that it is nowhere";
            if (ask.Last is ObjectFound found && (found.Content.Hash != certificate.ContentHash || found.Content.Length != certificate.ContentLength)) return $"{certificate.Name}: {ask.Node} got other content";
        }

        return null;
    }
}
