namespace PastryActors.Client;

/// <summary>What leads to a file: its id and, of an encrypted one, its key, written FILEID#KEY. What follows the # never leaves the reader's process.</summary>
/// <param name="FileId">40 hexadecimal digits.</param>
/// <param name="Key">Null where the content is to be had as it is stored.</param>
public sealed record FileLink(string FileId, FileKey? Key = null)
{
    /// <summary>Reads a link. Throws <see cref="PastryException"/> (invalid) if what follows a # is no key; the fileId is for the node to judge.</summary>
    public static FileLink Parse(string text)
    {
        int mark = text.IndexOf('#', StringComparison.Ordinal);
        if (mark < 0) return new FileLink(text);
        // The text is not repeated: a key that was mistyped is still most of a key.
        FileKey key = FileKey.TryParse(text.AsSpan(mark + 1)) ?? throw new PastryException("invalid", "what follows the # is no key: 43 letters, digits, - and _");
        return new FileLink(text[..mark], key);
    }

    /// <summary>The link to be kept or handed on; with the key, if there is one.</summary>
    public string ToText() => Key is null ? FileId : $"{FileId}#{Key.ToText()}";
}
