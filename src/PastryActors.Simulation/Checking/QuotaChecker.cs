using System.Globalization;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Checking;

/// <summary>
/// Quota sums are exact: after quiescence the nodes that keep an owner's ledger have a debit for every object that lies on any disk, of its size
/// times its k, and for nothing else; what they count is the sum of it. Looks at the disks themselves.
/// </summary>
public sealed class QuotaChecker(SimRing ring) : IChecker
{
    // As docs/protocol-past.md has the tags: the kind in the lowest byte, the state in the third, a debit's amount in the upper half.
    private const byte DebitKind = 6;
    private const byte LastObjectKind = 4;
    private const int LedgerCopies = 3;

    /// <inheritdoc/>
    public string Name => "quotas";

    /// <inheritdoc/>
    public void Observe(SimNode node, in Fact fact, Instant now)
    {
    }

    /// <inheritdoc/>
    public CheckResult Conclude(SimWorld world)
    {
        string? problem = Problem();
        return new CheckResult(Name, problem is null, problem ?? string.Create(CultureInfo.InvariantCulture, $"{Objects().Count} objects debited, {Objects().Values.Sum()} bytes times k in all"));
    }

    /// <summary>The first ledger whose sum is not that of its owner's objects, in words; null if all are exact.</summary>
    public string? Problem()
    {
        Dictionary<(RingId Ledger, FileId Object), long> objects = Objects();
        RingTruth truth = RingTruth.Of(ring.World);
        ILookup<RingId, SimNode> byId = ring.Live.ToLookup(static n => n.Id);
        foreach (RingId ledger in objects.Keys.Select(static o => o.Ledger).Concat(ring.Live.SelectMany(DebitsOn).Select(static d => d.Ledger)).Distinct().Order().ToArray())
        {
            Dictionary<FileId, long> right = objects.Where(o => o.Key.Ledger == ledger).ToDictionary(static o => o.Key.Object, static o => o.Value);
            foreach (RingId keeper in truth.Closest(ledger, LedgerCopies))
            {
                foreach (SimNode node in byId[keeper])
                {
                    if (Difference(node, ledger, right) is { } problem) return $"ledger {ledger}: {problem}";
                }
            }
        }

        return ring.Live.Select(MiscountOf).FirstOrDefault(static p => p is not null);
    }

    private static string? Difference(SimNode node, RingId ledger, Dictionary<FileId, long> right)
    {
        Dictionary<FileId, long> debits = DebitsOn(node).Where(d => d.Ledger == ledger).ToDictionary(static d => d.Object, static d => d.Amount);
        foreach ((FileId id, long amount) in right)
        {
            if (!debits.TryGetValue(id, out long debited)) return $"{node} has no debit for {id}, which lies on a disk";
            if (debited != amount) return $"{node} debited {debited} bytes for {id}, which takes {amount}";
        }

        foreach ((FileId id, long amount) in debits)
        {
            if (!right.ContainsKey(id)) return $"{node} has a debit of {amount} bytes for {id}, which lies on no disk";
        }

        return null;
    }

    private string? MiscountOf(SimNode node)
    {
        if (ring.StoreOf(node)?.Status() is not { } said) return null;
        long onDisk = DebitsOn(node).Sum(static d => d.Amount);
        return said.DebitedBytes == onDisk ? null : $"{node} counts {said.DebitedBytes} bytes of debits; on its disk are {onDisk}";
    }

    /// <summary>Every object that lies on a live disk, with what it takes: its size times its k.</summary>
    private Dictionary<(RingId Ledger, FileId Object), long> Objects()
    {
        Dictionary<(RingId, FileId), long> objects = [];
        foreach (SimNode node in ring.Live)
        {
            foreach ((ulong tag, FileId id, ObjectCertificate certificate) in On(node))
            {
                bool isObject = (byte)tag <= LastObjectKind && (byte)(tag >> 16) is (0 or 3);
                if (isObject && certificate.ContentLength > 0) objects[(LedgerOf(certificate), id)] = (long)certificate.ContentLength * certificate.Replicas;
            }
        }

        return objects;
    }

    private static IEnumerable<(RingId Ledger, FileId Object, long Amount)> DebitsOn(SimNode node)
    {
        foreach ((ulong tag, _, ObjectCertificate certificate) in On(node))
        {
            if ((byte)tag == DebitKind && (byte)(tag >> 16) == 0 && tag >> 32 > 0) yield return (LedgerOf(certificate), CertificateRules.ObjectOf(certificate with { IsDebit = false }), (long)(tag >> 32));
        }
    }

    private static IEnumerable<(ulong Tag, FileId Id, ObjectCertificate Certificate)> On(SimNode node)
    {
        if (node.Disk is not { } disk) yield break;
        foreach (FileId id in disk.Ids)
        {
            if (disk.Look(id) is { } look && CertificateCodec.TryDecodeCertificate(look.Meta.Span, out _) is { } certificate) yield return (look.Tag, id, certificate);
        }
    }

    // The first 96 bits of the hash of the owner's key.
    private static RingId LedgerOf(ObjectCertificate certificate) => new(Hash256.Of(certificate.Owner.Span).High >> 32 << 32);
}
