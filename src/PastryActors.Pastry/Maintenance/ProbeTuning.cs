namespace PastryActors.Pastry.Maintenance;

/// <summary>
/// How often the entries of a routing table must be probed so that a lookup meets a dead node on its way with a wanted chance (MSPastry,
/// DSN 2004, section 4.1, whose symbols the comments keep). Pure arithmetic.
/// </summary>
internal static class ProbeTuning
{
    /// <summary>Lr: the share of lookups that may meet a dead hop before acknowledgements save them.</summary>
    public const double RawLoss = 0.05;

    /// <summary>Beyond it probing costs nothing worth sparing, and a burst of failures would find the node asleep.</summary>
    public static readonly TimeSpan PeriodMax = TimeSpan.FromHours(1);

    /// <summary>
    /// Trt, the period at which every entry is probed: the longest that keeps the raw loss, from the time that a
    /// dead node needs to be found, to <see cref="PeriodMax"/>.
    /// </summary>
    /// <param name="nodes">N, the size of the ring.</param>
    /// <param name="failuresPerSecond">µ, the rate at which one node fails.</param>
    public static TimeSpan Period(PastryOptions options, double nodes, double failuresPerSecond)
    {
        TimeSpan shortest = options.DetectionTime;
        double spare = SpareLoss(options, nodes, failuresPerSecond);
        if (spare <= 0) return shortest;
        double low = shortest.TotalSeconds;
        double high = PeriodMax.TotalSeconds;
        if (StaleShare(high + shortest.TotalSeconds, failuresPerSecond) <= spare) return PeriodMax;
        for (int i = 0; i < 30; i++)
        {
            double middle = (low + high) / 2;
            if (StaleShare(middle + shortest.TotalSeconds, failuresPerSecond) <= spare) low = middle;
            else high = middle;
        }

        return TimeSpan.FromSeconds(low);
    }

    /// <summary>Pf(T, µ) = 1 - (1 - e^(-Tµ)) / (Tµ): the chance that a node which is looked at every T seconds is dead at a random moment.</summary>
    public static double StaleShare(double seconds, double failuresPerSecond)
    {
        double x = seconds * failuresPerSecond;

        // The series where the closed form would subtract nearly equal numbers.
        return x < 1e-6 ? x / 2 : 1 - ((1 - Math.Exp(-x)) / x);
    }

    /// <summary>What Lr = 1 - (1 - Pf(leaf set)) (1 - Pf(table))^(h - 1) leaves for one hop by the table; all of it where no route takes one.</summary>
    private static double SpareLoss(PastryOptions options, double nodes, double failuresPerSecond)
    {
        double digits = Math.Pow(2, options.DigitBits);
        double hops = (digits - 1) / digits * Math.Log(Math.Max(1, nodes), digits);
        if (hops <= 1) return 1;
        double leafs = StaleShare((options.HeartbeatPeriod + options.DetectionTime).TotalSeconds, failuresPerSecond);
        return 1 - Math.Pow(Math.Min(1, (1 - RawLoss) / (1 - leafs)), 1 / (hops - 1));
    }
}
