using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Scenarios;

/// <summary>Looks at a run at even distances of virtual time. When there are many samples it drops every other and looks half as often: a plot needs no more.</summary>
internal sealed class Sampler(SimRing ring, FileWorkload files, Action told)
{
    private const int SamplesMax = 512;

    /// <summary>Objects whose replicas are counted, at a look at every node for each: dear in large rings.</summary>
    private const int ObjectsMax = 100;

    private const int NodesMaxForReplicas = 500;

    private readonly List<ScenarioSample> _samples = [];
    private TimeSpan _period = TimeSpan.FromSeconds(1);
    private long _sentBefore;
    private Instant _lastAt;

    public IReadOnlyList<ScenarioSample> Samples => _samples;

    /// <summary>Samples from now on, for ever.</summary>
    public void Begin() => ring.World.At(ring.World.Now + _period, () =>
    {
        Take();
        Begin();
    });

    private void Take()
    {
        int live = ring.World.Live.Count;
        double seconds = (ring.World.Now - _lastAt).TotalSeconds;
        long sent = ring.World.Counters.Sent;
        (double mean, double least) = Replicas();
        var sample = new ScenarioSample((ring.World.Now - default(Instant)).TotalSeconds, live, (sent - _sentBefore) / Math.Max(1, live * seconds), mean, least);
        (_sentBefore, _lastAt) = (sent, ring.World.Now);
        _samples.Add(sample);
        if (_samples.Count >= SamplesMax) Thin();
        told();
    }

    private void Thin()
    {
        for (int i = 0; i < _samples.Count / 2; i++) _samples[i] = _samples[(2 * i) + 1];
        _samples.RemoveRange(_samples.Count / 2, _samples.Count - (_samples.Count / 2));
        _period *= 2;
    }

    private (double Mean, double Least) Replicas()
    {
        if (files.Acknowledged.Count == 0 || ring.World.Nodes.Count > NodesMaxForReplicas) return (double.NaN, double.NaN);
        SimNode[] live = [.. ring.Live];
        int[] counts = [.. files.Acknowledged.Take(ObjectsMax).Select(c => Holders(live, CertificateRules.ObjectOf(c)))];
        return (counts.Average(), counts.Min());
    }

    private static int Holders(SimNode[] live, FileId id) => live.Count(n => n.Disk?.Contains(id) == true);
}
