using System.Globalization;
using PastryActors.Simulation.Scenarios;

namespace PastryActors.Simulation.Storage;

/// <summary>What became of inserts while the ring filled up, in all and by how full it was.</summary>
public sealed class StorageTally
{
    private static readonly int[] CurveAt = [40, 60, 80, 90, 95, 98];

    private readonly List<KeyValuePair<string, double>> _curve = [];
    private int _nextPoint;

    /// <summary>Files whose insert was tried.</summary>
    public int Files { get; private set; }

    /// <summary>Files of which no attempt succeeded.</summary>
    public int Failed { get; private set; }

    /// <summary>Files that succeeded under another than their first salt.</summary>
    public int Diverted { get; private set; }

    /// <summary>Replicas of files that succeeded.</summary>
    public long Replicas { get; private set; }

    /// <summary>Of those, the ones that another node holds.</summary>
    public long ReplicasDiverted { get; private set; }

    /// <summary>Bytes of those replicas.</summary>
    public long Bytes { get; private set; }

    /// <summary>A file was stored.</summary>
    public void Stored(int size, int attempts, int replicas, int replicasDiverted)
    {
        Files++;
        if (attempts > 1) Diverted++;
        Replicas += replicas;
        ReplicasDiverted += replicasDiverted;
        Bytes += (long)size * replicas;
    }

    /// <summary>A file was given up.</summary>
    public void Lost()
    {
        Files++;
        Failed++;
    }

    /// <summary>Takes note of how full the ring is, 0 to 1: at some points of it the ratios so far become figures.</summary>
    public void At(double utilization)
    {
        while (_nextPoint < CurveAt.Length && utilization * 100 >= CurveAt[_nextPoint])
        {
            string prefix = string.Create(CultureInfo.InvariantCulture, $"at{CurveAt[_nextPoint++]}.");
            _curve.Add(new(prefix + "replicaDiversion", Share(ReplicasDiverted, Replicas)));
            _curve.Add(new(prefix + "fileDiversion", Share(Diverted, Files - Failed)));
            _curve.Add(new(prefix + "fail", Share(Failed, Files)));
        }
    }

    /// <summary>Adds the figures, in percent.</summary>
    public void AddTo(Figures figures, double utilization)
    {
        figures["files"] = Files;
        figures["succeed"] = Share(Files - Failed, Files);
        figures["fail"] = Share(Failed, Files);
        figures["fileDiversion"] = Share(Diverted, Files - Failed);
        figures["replicaDiversion"] = Share(ReplicasDiverted, Replicas);
        figures["utilization"] = 100 * utilization;
        foreach (KeyValuePair<string, double> point in _curve) figures[point.Key] = point.Value;
    }

    private static double Share(long part, long whole) => whole == 0 ? 0 : 100.0 * part / whole;
}
