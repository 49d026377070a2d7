using System.Globalization;

namespace PastryActors.Simulation.Scenarios;

/// <summary>Lengths of time as scenarios write them: a number and one of us, ms, s, m, h.</summary>
public static class ScenarioDuration
{
    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("us", TimeSpan.TicksPerMicrosecond),
        ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute),
        ("h", TimeSpan.TicksPerHour),
    ];

    /// <summary>Reads a length of at most 1,000 hours.</summary>
    /// <exception cref="ScenarioFormatException">The text is none.</exception>
    public static TimeSpan Parse(string text)
    {
        foreach ((string unit, long ticks) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)) continue;
            if (!double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count)) continue;
            if (count * ticks <= 1000 * TimeSpan.TicksPerHour) return TimeSpan.FromTicks((long)(count * ticks));
        }

        throw new ScenarioFormatException($"a length of time is a number and us, ms, s, m or h, up to 1000h, not {text}");
    }

    /// <summary>Writes a length so that <see cref="Parse"/> reads the same, to the microsecond.</summary>
    public static string Write(TimeSpan span)
    {
        foreach ((string unit, long ticks) in Units.Reverse())
        {
            if (span.Ticks % ticks == 0) return string.Create(CultureInfo.InvariantCulture, $"{span.Ticks / ticks}{unit}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{span.Ticks / TimeSpan.TicksPerMicrosecond}us");
    }
}
