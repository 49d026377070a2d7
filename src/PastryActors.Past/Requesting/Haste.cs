namespace PastryActors.Past.Requesting;

/// <summary>
/// When a lookup that waits may ask a second holder, and whether it may (hedged requests: Dean and Barroso, The Tail at Scale, CACM 2013). Takes how long lookups took;
/// gives a delay, and leave. The delay is a multiple of the median and not a high quantile: where one holder in ten is slow, the 95th
/// percentile is the slow one's own time, and nobody would ever be overtaken. Leave is earned by lookups, so that a ring that is slow as a
/// whole is not loaded further by those who hurry.
/// </summary>
internal sealed class Haste(PastOptions options)
{
    /// <summary>Times remembered: enough for a steady median, few enough to follow a ring whose load changes.</summary>
    private const int WindowLength = 64;

    /// <summary>Below this many times the median says nothing, and nobody is overtaken.</summary>
    private const int TimesMin = 16;

    /// <summary>What lies beyond three medians is, for times of one kind, about one in twenty; rarer where times are even.</summary>
    private const int Medians = 3;

    /// <summary>Leave that may be saved up: a burst after a quiet time.</summary>
    private const double SavedMax = 10;

    private readonly long[] _ticks = new long[WindowLength];
    private readonly long[] _sorted = new long[WindowLength];
    private int _count;
    private int _next;
    private double _saved = SavedMax;
    private TimeSpan? _delay;

    /// <summary>How long an answer is waited for before another holder is asked as well; null while too little is known, or where nobody is to be overtaken.</summary>
    public TimeSpan? Delay => options.OvertakeShareMax > 0 && _count >= TimesMin ? _delay ??= Measure() : null;

    /// <summary>A lookup asks others: it earns a share of one question more.</summary>
    public void Began() => _saved = Math.Min(SavedMax, _saved + options.OvertakeShareMax);

    /// <summary>A lookup was answered by another node after this time.</summary>
    public void Took(TimeSpan time)
    {
        _ticks[_next] = time.Ticks;
        _next = (_next + 1) % WindowLength;
        _count = Math.Min(_count + 1, WindowLength);
        _delay = null;
    }

    /// <summary>Whether one question more may be asked; uses up the leave.</summary>
    public bool TryOvertake()
    {
        if (_saved < 1) return false;
        _saved--;
        return true;
    }

    private TimeSpan Measure()
    {
        _ticks.AsSpan(0, _count).CopyTo(_sorted);
        Array.Sort(_sorted, 0, _count);
        TimeSpan delay = TimeSpan.FromTicks(Medians * _sorted[_count / 2]);
        return delay > options.OvertakeDelayMin ? delay : options.OvertakeDelayMin;
    }
}
