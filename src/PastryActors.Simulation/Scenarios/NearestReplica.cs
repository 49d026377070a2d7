using PastryActors.Core.Driving;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Scenarios;

/// <summary>How often a lookup ended at the nearest of the k holders, and at one of the two nearest (PAST, SOSP 2001, section 2.3).</summary>
internal static class NearestReplica
{
    /// <summary>Below this many lookups a share says nothing.</summary>
    private const int ReadsMin = 100;

    public static void AddTo(Figures figures, SimRing ring, FileWorkload files)
    {
        int found = 0;
        int nearest = 0;
        int two = 0;
        Dictionary<string, SimNode[]> holders = [];
        foreach ((SimAsk ask, ObjectCertificate certificate) in files.Reads)
        {
            if (ask.Last is not ObjectFound answer || ring.Index.Find(answer.Holder.Id) is not { } holder) continue;
            if (!holders.TryGetValue(certificate.Name, out SimNode[]? all)) holders[certificate.Name] = all = [.. ring.Live.Where(n => n.Disk?.Contains(CertificateRules.ObjectOf(certificate)) == true)];
            TimeSpan way = ring.World.Options.Latency.OneWay(ask.Node.Index, holder.Index);
            int nearer = all.Count(n => n != holder && ring.World.Options.Latency.OneWay(ask.Node.Index, n.Index) < way);
            found++;
            if (nearer == 0) nearest++;
            if (nearer <= 1) two++;
        }

        AddTimes(figures, ring, files);
        if (files.Reads.Count == 0) return;
        figures["reads"] = files.Reads.Count;
        figures["readsFound"] = found;
        if (found < ReadsMin) return;
        figures["nearestShare"] = (double)nearest / found;
        figures["twoNearestShare"] = (double)two / found;
    }

    // Of those that other nodes answered: what a node has itself is no matter of the ring. Nor is how slow the asker is.
    private static void AddTimes(Figures figures, SimRing ring, FileWorkload files)
    {
        double[] millis = [.. files.Reads.Where(static r => r.Ask.Last is ObjectFound found && found.Holder.Id != r.Ask.Node.Handle.Id && r.Ask.Node.Mailbox is null).Select(static r => (r.Ask.AnsweredAt - r.Ask.AskedAt).TotalMilliseconds).Order()];
        if (millis.Length < ReadsMin) return;
        figures["readP50Millis"] = millis[millis.Length / 2];
        figures["readP99Millis"] = millis[millis.Length * 99 / 100];
        figures["readsOvertaken"] = ring.Facts.Count(FactKind.LookupOvertaken);
    }
}
