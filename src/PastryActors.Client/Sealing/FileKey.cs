using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace PastryActors.Client;

/// <summary>
/// The secret that opens one encrypted file, or one encrypted directory with all that is in it: 32 random bytes. It is made and used in the
/// process of whoever inserts or reads, and never sent; a link (<see cref="FileLink"/>) bears it.
/// </summary>
public sealed class FileKey
{
    /// <summary>Bytes of a key.</summary>
    public const int SizeBytes = 32;

    private readonly byte[] _bytes;

    private FileKey(byte[] bytes) => _bytes = bytes;

    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>A new key, of the system's random numbers.</summary>
    public static FileKey Create() => new(RandomNumberGenerator.GetBytes(SizeBytes));

    /// <summary>Reads what <see cref="ToText"/> wrote; null for anything else.</summary>
    public static FileKey? TryParse(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        bool read = text.Length == Base64Url.GetEncodedLength(SizeBytes) && Base64Url.TryDecodeFromChars(text, bytes, out int length) && length == SizeBytes;
        return read ? new FileKey(bytes.ToArray()) : null;
    }

    /// <summary>The key of something named below this one. Whoever has it learns nothing of this key, or of what bears other names.</summary>
    public FileKey For(string name) => new(HKDF.Expand(HashAlgorithmName.SHA256, _bytes, SizeBytes, Encoding.UTF8.GetBytes("PastryActors key of\n" + name)));

    /// <summary>The key as links bear it: 43 characters of base64url. Whoever sees them can read the file.</summary>
    public string ToText() => Base64Url.EncodeToString(_bytes);

    /// <summary>Not the key: what is written by accident must not give it away.</summary>
    public override string ToString() => "(a key)";
}
