namespace PastryActors.Client;

/// <summary>Unix permission bits as the surface writes them: octal, as chmod has it.</summary>
public static class FileModes
{
    /// <summary>The nine permission bits; no others are kept.</summary>
    public const int Mask = 0x1FF;

    /// <summary>The bits in octal.</summary>
    public static string ToText(int mode) => Convert.ToString(mode & Mask, 8);

    /// <summary>Reads one to four octal digits of permission bits; null for anything else.</summary>
    public static int? TryParse(string? text)
    {
        if (text is not { Length: >= 1 and <= 4 } || text.AsSpan().ContainsAnyExceptInRange('0', '7')) return null;
        int mode = Convert.ToInt32(text, 8);
        return mode <= Mask ? mode : null;
    }
}
