using PastryActors.Hocon.Schema;

namespace PastryActors.Hocon.Settings;

/// <summary>Ranges that several keys share. They only keep out slips (a zero too many): what is wise within them, the explanations say.</summary>
internal static class Ranges
{
    /// <summary>Periods: below 10 ms a node would be busy with itself, beyond a day the duty would never be seen to work.</summary>
    public static OptionType<TimeSpan> Period { get; } = OptionTypes.Duration(TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1));

    /// <summary>Deadlines: nothing waits for more than an hour.</summary>
    public static OptionType<TimeSpan> Deadline { get; } = OptionTypes.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));

    /// <summary>Bounds of queues and windows.</summary>
    public static OptionType<int> Bound { get; } = OptionTypes.Int(1, 1 << 24);
}
