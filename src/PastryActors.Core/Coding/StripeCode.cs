using System.Globalization;

namespace PastryActors.Core.Coding;

/// <summary>
/// How a file is coded: its chunks are rows of stripes, and to every so many rows of content come so many of parity, such that any as many rows of a stripe as it has of content give
/// all of it back. None: every chunk is kept k times instead.
/// </summary>
/// <param name="Data">Rows of content in a stripe, 2 to 32; a file's last stripe may have fewer. 0 for none.</param>
/// <param name="Parity">Rows of parity in a stripe, 1 to 16. 0 for none.</param>
public readonly record struct StripeCode(int Data, int Parity)
{
    /// <summary>Most rows of content: a row that is lost costs reading so many.</summary>
    public const int DataMax = 32;

    /// <summary>Most rows of parity.</summary>
    public const int ParityMax = 16;

    /// <summary>Whether there is no code.</summary>
    public bool IsNone => this == default;

    /// <summary>Whether it is a code that can be used.</summary>
    public bool IsValid => Data is >= 2 and <= DataMax && Parity is >= 1 and <= ParityMax;

    /// <summary>Rows of a full stripe.</summary>
    public int Rows => Data + Parity;

    /// <summary>Stripes over so many chunks of content.</summary>
    public int StripesOf(int chunks) => IsNone ? 0 : (chunks + Data - 1) / Data;

    /// <summary>Chunks of parity beside so many of content.</summary>
    public int ParityOf(int chunks) => Parity * StripesOf(chunks);

    /// <summary>Reads "10+4"; null for anything that is no code.</summary>
    public static StripeCode? TryParse(string text)
    {
        string[] parts = text.Split('+');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int data)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int parity)
            && new StripeCode(data, parity) is { IsValid: true } code
                ? code
                : null;
    }

    /// <summary>What a code must be, for whoever wrote none.</summary>
    public static string Rule { get; } = string.Create(CultureInfo.InvariantCulture, $"2 to {DataMax} chunks of content and 1 to {ParityMax} of parity, such as 10+4");

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Data}+{Parity}");
}
