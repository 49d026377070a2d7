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
        if (fileName.Length != NumberDigits + 1 + MarkerDigits + Extension.Length || fileName[NumberDigits] != '-' || !fileName.EndsWith(Extension, StringComparison.Ordinal)) return false;
        if (!uint.TryParse(fileName.AsSpan(0, NumberDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint number) || number == 0) return false;
        if (!ulong.TryParse(fileName.AsSpan(NumberDigits + 1, MarkerDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong marker)) return false;
        name = new VolumeName(number, marker);
        return true;
    }

    /// <summary>The file name; lower case, so that names sort as numbers do.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number:x8}-{Marker:x16}{Extension}");
}
