using System.Globalization;

namespace PastryActors.Store.Format;

/// <summary>
/// The name of a volume: its number, by which volumes order, and its marker, the 64 random bits with which each of its records
/// begins. The marker keeps bytes that merely look like a record (a stored volume of another node, forged content, blocks of
/// a deleted file) from being taken for one when the store searches for the next record after rot: nobody outside knows it.
/// </summary>
internal readonly record struct VolumeName(uint Number, ulong Marker)
{
    private const string Extension = ".volume";
    private const int NumberDigits = 8;
    private const int MarkerDigits = 16;

    /// <summary>Reads a file name such as 0000002a-9f3ac0de12345678.volume; false for any other file.</summary>
    public static bool TryParse(string fileName, out VolumeName name)
    {
        name = default;
        if (fileName.Length != NumberDigits + 1 + MarkerDigits + Extension.Length || !fileName.EndsWith(Extension, StringComparison.Ordinal)) return false;
        ReadOnlySpan<char> numberText = fileName.AsSpan(0, NumberDigits);
        ReadOnlySpan<char> markerText = fileName.AsSpan(NumberDigits + 1, MarkerDigits);
        if (!uint.TryParse(numberText, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint number)) return false;
        if (!ulong.TryParse(markerText, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong marker)) return false;
        name = new VolumeName(number, marker);

        // What would not be written so is another's file: upper case, another separator, number 0.
        return number != 0 && name.ToString() == fileName;
    }

    /// <summary>The file name; lower case, so that names sort as numbers do.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number:x8}-{Marker:x16}{Extension}");
}
