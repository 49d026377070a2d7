using System.Globalization;

namespace PastryActors.Hocon.Units;

/// <summary>Durations as HOCON writes them: <c>500ms</c>, <c>1.5 s</c>, <c>2 minutes</c>.</summary>
public static class Durations
{
    /// <summary>The units, for messages.</summary>
    public const string Units = "ns, us, ms, s, m, h or d";

    private const decimal TicksPerMillisecond = TimeSpan.TicksPerMillisecond;

    /// <summary>Reads a duration; whatever is finer than 100 ns is cut off. False if it is none or beyond about 29,000 years.</summary>
    /// <param name="bareIsMilliseconds">HOCON takes a number without a unit as milliseconds. False refuses it: <c>30</c> is meant as seconds too often.</param>
    public static bool TryParse(string text, out TimeSpan duration, bool bareIsMilliseconds = true)
    {
        duration = default;
        if (!Quantity.TrySplit(text, out decimal number, out string unit)) return false;
        if (unit.Length == 0 && !bareIsMilliseconds && number != 0) return false;
        if (TicksPer(unit) is not { } ticksPerUnit) return false;
        if (Math.Abs(number) > long.MaxValue / Math.Max(ticksPerUnit, 1)) return false;
        duration = TimeSpan.FromTicks((long)(number * ticksPerUnit));
        return true;
    }

    /// <summary>The shortest form with a whole number, from which <see cref="TryParse"/> reads the same duration.</summary>
    public static string Format(TimeSpan duration)
    {
        (string Unit, long Ticks)[] units =
        [
            ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute),
            ("s", TimeSpan.TicksPerSecond), ("ms", TimeSpan.TicksPerMillisecond), ("us", TimeSpan.TicksPerMicrosecond),
        ];
        foreach ((string unit, long ticks) in units)
        {
            if (duration.Ticks != 0 && duration.Ticks % ticks == 0) return (duration.Ticks / ticks).ToString(CultureInfo.InvariantCulture) + unit;
        }

        return duration == TimeSpan.Zero ? "0s" : (duration.Ticks * (decimal)TimeSpan.NanosecondsPerTick).ToString(CultureInfo.InvariantCulture) + "ns";
    }

    private static decimal? TicksPer(string unit) => unit switch
    {
        "ns" or "nano" or "nanos" or "nanosecond" or "nanoseconds" => 1m / TimeSpan.NanosecondsPerTick,
        "us" or "micro" or "micros" or "microsecond" or "microseconds" => TimeSpan.TicksPerMicrosecond,
        "" or "ms" or "milli" or "millis" or "millisecond" or "milliseconds" => TicksPerMillisecond,
        "s" or "second" or "seconds" => TimeSpan.TicksPerSecond,
        "m" or "minute" or "minutes" => TimeSpan.TicksPerMinute,
        "h" or "hour" or "hours" => TimeSpan.TicksPerHour,
        "d" or "day" or "days" => TimeSpan.TicksPerDay,
        _ => null,
    };
}
