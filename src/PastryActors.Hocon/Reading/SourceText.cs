using System.Text;

namespace PastryActors.Hocon.Reading;

/// <summary>The characters of one source, with its name and the line that it starts on.</summary>
internal sealed record SourceText(string Name, string Text, int FirstLine = 1)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Decodes a file. Bytes that are no UTF-8 are an error here: replaced silently, they would end up in a path or a name.</summary>
    public static SourceText Decode(string name, ReadOnlySpan<byte> bytes, HoconLimits limits)
    {
        if (bytes.Length > limits.FileBytesMax) throw TooLong(name, limits);
        ReadOnlySpan<byte> content = bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes;
        try
        {
            return new SourceText(name, Strict.GetString(content));
        }
        catch (DecoderFallbackException e)
        {
            int at = Math.Clamp(e.Index, 0, content.Length);
            int line = 1 + content[..at].Count((byte)'\n');
            int column = at - content[..at].LastIndexOf((byte)'\n');
            throw new HoconException(new HoconOrigin(name, line, column), "bytes that are not UTF-8", "a file in UTF-8");
        }
    }

    public static SourceText Of(string name, string text, HoconLimits limits, int firstLine = 1) =>
        text.Length <= limits.FileBytesMax ? new SourceText(name, text, firstLine) : throw TooLong(name, limits);

    private static HoconException TooLong(string name, HoconLimits limits) =>
        new(new HoconOrigin(name), $"more than {limits.FileBytesMax} bytes", $"a document of at most {limits.FileBytesMax} bytes");
}
