using System.Globalization;

namespace PastryActors.Hocon.Units;

/// <summary>A number with a unit of letters behind it.</summary>
internal static class Quantity
{
    /// <summary>Far more than any quantity needs, and few enough that a decimal holds them.</summary>
    private const int LengthMax = 64;

    public static bool TrySplit(string text, out decimal number, out string unit)
    {
        number = 0;
        unit = "";
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        if (rest.Length > LengthMax) return false;
        int digits = rest.Length;
        while (digits > 0 && char.IsAsciiLetter(rest[digits - 1])) digits--;
        unit = rest[digits..].ToString();
        return decimal.TryParse(
            rest[..digits].TrimEnd(),
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out number);
    }
}
