using System.Globalization;

namespace PastryActors.Hocon.Units;

/// <summary>Sizes in bytes as HOCON writes them: <c>10 GiB</c>, <c>64k</c> (65,536, as in Java), <c>1 MB</c> (10^6), a bare number of bytes.</summary>
public static class Sizes
{
    /// <summary>The units, for messages.</summary>
    public const string Units = "B, kB, MB, GB, TB, PB (powers of 1000) or KiB, MiB, GiB, TiB, PiB (powers of 1024)";

    private const string Prefixes = "KMGTPE";

    /// <summary>Reads a size; a part of a byte is cut off. False if it is none or beyond 2^63 bytes.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        if (!Quantity.TrySplit(text, out decimal number, out string unit)) return false;
        if (BytesPer(unit) is not { } bytesPerUnit) return false;
        if (Math.Abs(number) > long.MaxValue / bytesPerUnit) return false;
        bytes = (long)(number * bytesPerUnit);
        return true;
    }

    /// <summary>The shortest form with a whole number, from which <see cref="TryParse"/> reads the same size.</summary>
    public static string Format(long bytes)
    {
        int power = 0;
        while (bytes != 0 && power < Prefixes.Length && bytes % 1024 == 0)
        {
            bytes /= 1024;
            power++;
        }

        string unit = power == 0 ? "B" : Prefixes[power - 1] + "iB";
        return bytes.ToString(CultureInfo.InvariantCulture) + " " + unit;
    }

    private static decimal? BytesPer(string unit)
    {
        if (unit is "" or "B" or "b" or "byte" or "bytes") return 1;
        string name = unit.EndsWith("bytes", StringComparison.Ordinal) ? unit[..^1] : unit;
        for (int i = 0; i < Prefixes.Length; i++)
        {
            if (IsBinary(name, i)) return Power(1024, i + 1);
            if (IsDecimal(name, i)) return Power(1000, i + 1);
        }

        return null;
    }

    private static bool IsBinary(string unit, int prefix)
    {
        string letter = Prefixes[prefix].ToString();
        string[] words = ["kibibyte", "mebibyte", "gibibyte", "tebibyte", "pebibyte", "exbibyte"];
        return unit.Equals(letter, StringComparison.OrdinalIgnoreCase) || unit == letter + "i" || unit == letter + "iB" || unit == words[prefix];
    }

    private static bool IsDecimal(string unit, int prefix)
    {
        string[] symbols = ["kB", "MB", "GB", "TB", "PB", "EB"];
        string[] words = ["kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte", "exabyte"];
        return unit == symbols[prefix] || unit == words[prefix];
    }

    private static decimal Power(decimal factor, int exponent) => exponent == 0 ? 1 : factor * Power(factor, exponent - 1);
}
