using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Network;

/// <summary>
/// The part of a latency that varies. It is a smooth noise over time for every pair of nodes, drawn at the ends of windows and
/// straight in between. As it never falls faster than time runs, a later message never overtakes an earlier one: the order of a lane
/// is kept without remembering anything of any pair.
/// </summary>
/// <param name="seed">Decides the noise.</param>
/// <param name="greatest">The most that is added to a latency; zero for none.</param>
internal sealed class Jitter(ulong seed, TimeSpan greatest)
{
    /// <summary>Beyond this the product of a difference and a window would not fit 64 bits.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(100);

    // Twice the greatest jitter at least, so that the steepest fall is half as fast as time.
    private readonly long _windowTicks = Math.Max(2 * greatest.Ticks, TimeSpan.TicksPerMillisecond * 100);

    /// <summary>What is added, in ticks, to the latency of a message that leaves at <paramref name="nowTicks"/>.</summary>
    public long Ticks(int from, int to, long nowTicks)
    {
        if (greatest.Ticks == 0) return 0;
        ulong pair = Mixing.Of(seed, ((ulong)(uint)from << 32) | (uint)to);
        (long window, long into) = Math.DivRem(nowTicks, _windowTicks);
        long start = Drawn(pair, window);
        long end = Drawn(pair, window + 1);
        return start + ((end - start) * into / _windowTicks);
    }

    private long Drawn(ulong pair, long window) =>
        (long)Math.BigMul(Mixing.Of(pair, (ulong)window), (ulong)greatest.Ticks + 1, out _);
}
