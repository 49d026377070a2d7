using System.Numerics;

namespace PastryActors.Node.Benches;

/// <summary>Counts durations in buckets that grow with them, so that any number of them takes the same memory. Safe for any thread.</summary>
internal sealed class LatencyHistogram
{
    /// <summary>Buckets of each doubling: a percentile is right within 3 %.</summary>
    private const int StepBits = 5;

    private readonly long[] _buckets = new long[(64 - StepBits) << StepBits];
    private long _count;

    public long Count => Volatile.Read(ref _count);

    /// <param name="micros">Microseconds; below zero counts as zero.</param>
    public void Add(long micros)
    {
        Interlocked.Increment(ref _buckets[BucketOf(Math.Max(micros, 0))]);
        Interlocked.Increment(ref _count);
    }

    /// <summary>The duration, in microseconds, that a share of all did not exceed; 0 if there are none.</summary>
    public double Percentile(double share)
    {
        long rank = (long)Math.Ceiling(Count * share);
        long seen = 0;
        for (int i = 0; i < _buckets.Length && rank > 0; i++)
        {
            seen += Volatile.Read(ref _buckets[i]);
            if (seen >= rank) return MiddleOf(i);
        }

        return 0;
    }

    private static int BucketOf(long value)
    {
        if (value < 1 << StepBits) return (int)value;
        int shift = BitOperations.Log2((ulong)value) - StepBits;
        return ((shift + 1) << StepBits) + (int)((value >> shift) & ((1 << StepBits) - 1));
    }

    private static double MiddleOf(int bucket)
    {
        int shift = (bucket >> StepBits) - 1;
        if (shift < 0) return bucket;
        long low = (long)((1 << StepBits) + (bucket & ((1 << StepBits) - 1))) << shift;
        return low + ((1L << shift) / 2.0);
    }
}
