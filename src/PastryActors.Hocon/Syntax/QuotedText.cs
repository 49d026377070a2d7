using System.Globalization;
using System.Text;
using PastryActors.Hocon.Reading;

namespace PastryActors.Hocon.Syntax;

/// <summary>Reads both forms of quoted text; <c>at</c> stands on the first quote before, behind the last one after.</summary>
internal static class QuotedText
{
    /// <summary>Ends at the last three quotes of a run, so that a text may end in quotes: <c>"""a""""</c> is <c>a"</c>.</summary>
    public static string Triple(string text, ref int at, HoconOrigin start)
    {
        int from = at + 3;
        int end = text.IndexOf("\"\"\"", from, StringComparison.Ordinal);
        if (end < 0) throw new HoconException(start, "three quotes", "three quotes again, at the end of the text");
        while (end + 3 < text.Length && text[end + 3] == '"') end++;
        at = end + 3;
        return text[from..end];
    }

    public static string Single(string text, ref int at, HoconOrigin start)
    {
        var value = new StringBuilder();
        int i = at + 1;
        while (i < text.Length && text[i] != '"')
        {
            char c = text[i++];
            if (c < ' ') throw Broken(start, text, at, i, "an escape in place of the control character, or three quotes");
            value.Append(c == '\\' ? Escaped(text, ref i, start) : c);
        }

        if (i >= text.Length) throw Broken(start, text, at, i, "a closing quote");
        at = i + 1;
        return value.ToString();
    }

    private static char Escaped(string text, ref int i, HoconOrigin start)
    {
        char c = i < text.Length ? text[i++] : '\0';
        return c switch
        {
            '"' or '\\' or '/' => c,
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => Unicode(text, ref i, start),
            _ => throw new HoconException(start, Excerpt.Of("\\" + c), "an escape: \\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u and four hexadecimal digits"),
        };
    }

    private static char Unicode(string text, ref int i, HoconOrigin start)
    {
        string digits = text.Substring(i, Math.Min(4, text.Length - i));
        i += digits.Length;
        return digits.Length == 4 && ushort.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code)
            ? (char)code
            : throw new HoconException(start, Excerpt.Of("\\u" + digits), "four hexadecimal digits behind \\u");
    }

    private static HoconException Broken(HoconOrigin start, string text, int from, int to, string expected) =>
        new(start, Excerpt.Of(text[from..Math.Min(to, text.Length)]), expected);
}
