namespace PastryActors.Core.Driving;

/// <summary>A moment of monotonic time as the driver of the core tells it: ticks of 100 ns since an origin that means nothing.</summary>
public readonly record struct Instant(long Ticks) : IComparable<Instant>
{
    /// <summary>Later than anything that happens.</summary>
    public static readonly Instant Never = new(long.MaxValue);

    public static Instant operator +(Instant a, TimeSpan b) => new(a.Ticks + b.Ticks);
    public static Instant operator -(Instant a, TimeSpan b) => new(a.Ticks - b.Ticks);
    public static TimeSpan operator -(Instant a, Instant b) => new(a.Ticks - b.Ticks);
    public static bool operator <(Instant a, Instant b) => a.Ticks < b.Ticks;
    public static bool operator >(Instant a, Instant b) => a.Ticks > b.Ticks;
    public static bool operator <=(Instant a, Instant b) => a.Ticks <= b.Ticks;
    public static bool operator >=(Instant a, Instant b) => a.Ticks >= b.Ticks;

    /// <inheritdoc/>
    public int CompareTo(Instant other) => Ticks.CompareTo(other.Ticks);
}
