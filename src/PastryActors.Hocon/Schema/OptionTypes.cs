using System.Globalization;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using PastryActors.Core.Collections;
using PastryActors.Hocon.Units;
using PastryActors.Hocon.Values;

namespace PastryActors.Hocon.Schema;

/// <summary>The types that keys can have. Ranges include both ends.</summary>
public static class OptionTypes
{
    /// <summary>Any text of at most <paramref name="charsMax"/> characters.</summary>
    public static OptionType<string> Text(string what = "a text", int charsMax = 4096) =>
        new ScalarType<string>($"{what}, at most {charsMax} characters", (string text, out string result) => (result = text).Length <= charsMax, Quote);

    /// <summary>A text without blanks that no message shows.</summary>
    public static OptionType<string> Secret(int charsMax) =>
        new ScalarType<string>(
            $"a text without blanks, at most {charsMax} characters",
            (string text, out string result) => (result = text).Length <= charsMax && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)),
            Quote,
            isSecret: true);

    /// <summary><c>true</c> or <c>false</c>; HOCON's <c>yes</c>, <c>on</c>, <c>no</c> and <c>off</c> too.</summary>
    public static OptionType<bool> Flag { get; } = new ScalarType<bool>("true or false", TryFlag, value => value ? "true" : "false");

    /// <summary>A whole number.</summary>
    public static OptionType<int> Int(int min, int max) => Number("a whole number", NumberStyles.AllowLeadingSign, min, max);

    /// <summary>A whole number of 64 bits.</summary>
    public static OptionType<long> Long(long min, long max) => Number("a whole number", NumberStyles.AllowLeadingSign, min, max);

    /// <summary>A number.</summary>
    public static OptionType<double> Double(double min, double max) => Number("a number", NumberStyles.Float, min, max);

    /// <summary>A duration, which must have its unit.</summary>
    public static OptionType<TimeSpan> Duration(TimeSpan min, TimeSpan max) =>
        new ScalarType<TimeSpan>(
            $"a duration with its unit ({Durations.Units}), {Durations.Format(min)} to {Durations.Format(max)}",
            (string text, out TimeSpan result) => Durations.TryParse(text, out result, bareIsMilliseconds: false) && result >= min && result <= max,
            Durations.Format);

    /// <summary>A duration, or the word <c>infinite</c> for <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    public static OptionType<TimeSpan> DurationOrInfinite(TimeSpan min, TimeSpan max)
    {
        OptionType<TimeSpan> finite = Duration(min, max);
        return new ScalarType<TimeSpan>(
            finite.Expected + ", or infinite",
            (string text, out TimeSpan result) => IsInfinite(text, out result) || finite.TryRead(new HoconScalar(default, text), out result),
            value => value == Timeout.InfiniteTimeSpan ? "infinite" : Durations.Format(value));
    }

    /// <summary>A number of bytes.</summary>
    public static OptionType<long> Size(long minBytes, long maxBytes) =>
        new ScalarType<long>(
            $"a size ({Sizes.Units}), {Sizes.Format(minBytes)} to {Sizes.Format(maxBytes)}",
            (string text, out long result) => Sizes.TryParse(text, out result) && result >= minBytes && result <= maxBytes,
            Sizes.Format);

    /// <summary>A number of bytes that fits an array's length.</summary>
    public static OptionType<int> ArraySize(int minBytes, int maxBytes)
    {
        OptionType<long> size = Size(minBytes, maxBytes);
        return new ScalarType<int>(
            size.Expected,
            (string text, out int result) =>
            {
                bool ok = size.TryRead(new HoconScalar(default, text), out long bytes);
                result = (int)bytes;
                return ok;
            },
            value => Sizes.Format(value));
    }

    /// <summary>One of the names of an enum, written in small letters.</summary>
    public static OptionType<TEnum> Choice<TEnum>() where TEnum : struct, Enum
    {
        string[] names = [.. Enum.GetNames<TEnum>().Select(name => name.ToLowerInvariant())];
        return new ScalarType<TEnum>(
            "one of " + string.Join(", ", names),
            (string text, out TEnum result) => Enum.TryParse(text, ignoreCase: true, out result) && names.Contains(text.ToLowerInvariant()),
            value => value.ToString().ToLowerInvariant());
    }

    /// <summary><c>host:port</c>; an IPv6 address stands in brackets.</summary>
    /// <param name="canBeEmpty">The empty text is allowed as well.</param>
    public static OptionType<string> HostPort(bool canBeEmpty = false) =>
        new ScalarType<string>(
            "\"host:port\"" + (canBeEmpty ? " or \"\"" : ""),
            (string text, out string result) => ((result = text).Length == 0 && canBeEmpty) || HostPorts.IsValid(text),
            Quote);

    /// <summary>A list of <c>host:port</c>. One text is split at its commas, so that a variable of the environment can hold a list.</summary>
    public static OptionType<ValueList<string>> HostPortList(int countMax) => new ListType("\"host:port\"", countMax, HostPorts.IsValid);

    /// <summary>A list of <c>host:port</c> or of addresses as Akka writes them.</summary>
    public static OptionType<ValueList<string>> AddressList(int countMax) => new ListType("\"host:port\"", countMax, HostPorts.IsAddress);

    /// <summary>A list of texts. One text is split at its commas.</summary>
    public static OptionType<ValueList<string>> TextList(int countMax) => new ListType("texts", countMax, _ => true);

    internal static string Quote(string text) => "\"" + JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping) + "\"";

    private static ScalarType<T> Number<T>(string what, NumberStyles style, T min, T max) where T : INumber<T> =>
        new(
            string.Create(CultureInfo.InvariantCulture, $"{what}, {min} to {max}"),
            (string text, out T result) =>
                T.TryParse(text.AsSpan().Trim(), style, CultureInfo.InvariantCulture, out result!) && result >= min && result <= max,
            value => string.Create(CultureInfo.InvariantCulture, $"{value}"));

    private static bool IsInfinite(string text, out TimeSpan result)
    {
        result = Timeout.InfiniteTimeSpan;
        return text == "infinite";
    }

    private static bool TryFlag(string text, out bool result)
    {
        result = text is "true" or "yes" or "on";
        return result || text is "false" or "no" or "off";
    }
}
