namespace PastryActors.Simulation.Nodes;

/// <summary>What lookups took, counted.</summary>
public sealed class LookupFigures
{
    private readonly long[] _hops = new long[65];
    private readonly long[] _ratios = new long[101];
    private double _ratioSum;
    private long _ratioCount;

    /// <summary>Lookups begun.</summary>
    public long Issued { get; internal set; }

    /// <summary>Lookups delivered, each once.</summary>
    public long Delivered { get; private set; }

    /// <summary>Deliveries of what was delivered already.</summary>
    public long Duplicates { get; internal set; }

    /// <summary>Messages that carried lookups from hop to hop.</summary>
    public long HopMessages { get; internal set; }

    /// <summary>Deliveries elsewhere than at the root, judged or not.</summary>
    public long Wrong { get; internal set; }

    /// <summary>Lookups that were never delivered.</summary>
    public long Lost => Issued - Delivered;

    /// <summary>Mean number of hops; 0 without a delivery.</summary>
    public double MeanHops => Delivered == 0 ? 0 : _hops.Select(static (count, hops) => (double)count * hops).Sum() / Delivered;

    /// <summary>The most hops that a lookup took.</summary>
    public int MaxHops => Math.Max(0, Array.FindLastIndex(_hops, static c => c > 0));

    /// <summary>Time of all routes over the time that the same lookups would have taken straight (the paper's distance ratio); 0 without a delivery elsewhere.</summary>
    public double DelayRatio => DirectSeconds == 0 ? 0 : RouteSeconds / DirectSeconds;

    /// <summary>Mean over the lookups of the time of the route over the time straight (the relative delay penalty of a lookup); 0 without a delivery elsewhere.</summary>
    public double DelayRatioMean => _ratioCount == 0 ? 0 : _ratioSum / _ratioCount;

    /// <summary>How many lookups took each number of hops.</summary>
    public IReadOnlyList<long> Hops => _hops;

    /// <summary>How many lookups had each delay ratio, in tenths; the last stands for all beyond 10.</summary>
    public IReadOnlyList<long> Ratios => _ratios;

    private double RouteSeconds { get; set; }

    private double DirectSeconds { get; set; }

    internal void Deliver(long hops, TimeSpan took, TimeSpan direct)
    {
        Delivered++;
        _hops[Math.Clamp(hops, 0, _hops.Length - 1)]++;
        if (hops == 0 || direct <= TimeSpan.Zero) return;
        RouteSeconds += took.TotalSeconds;
        DirectSeconds += direct.TotalSeconds;
        _ratioSum += took / direct;
        _ratioCount++;
        _ratios[(int)Math.Min(_ratios.Length - 1, took / direct * 10)]++;
    }
}
