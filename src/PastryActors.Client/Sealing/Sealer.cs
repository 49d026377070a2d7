using System.Security.Cryptography;

namespace PastryActors.Client;

/// <summary>
/// Seals and opens pieces of one file: AES-256-GCM under a key derived from the file's, each piece with a nonce that is a keyed hash of what it
/// says and where. So one key never meets one nonce with two texts, even if a key is used again for another content (the idea of SIV, RFC 8452),
/// and the same file sealed again under the same key is the same bytes: an interrupted insert is taken up. Not for several threads at once.
/// </summary>
internal sealed class Sealer : IDisposable
{
    /// <summary>Bytes that sealing adds: the nonce before, the tag behind.</summary>
    public const int OverheadBytes = NonceBytes + TagBytes;

    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly AesGcm _cipher;
    private readonly byte[] _nonceKey;

    public Sealer(FileKey key)
    {
        if (!AesGcm.IsSupported) throw new PastryException("unsupported", "this system has no AES-GCM, which encrypted files need");
        _cipher = new AesGcm(Derive(key, "PastryActors seal"u8), TagBytes);
        _nonceKey = Derive(key, "PastryActors nonce"u8);
    }

    /// <summary>Seals <paramref name="text"/> at <paramref name="place"/> into <paramref name="output"/>, which is longer by <see cref="OverheadBytes"/>.</summary>
    /// <param name="place">What the piece is bound to; its first byte says how long it is.</param>
    public void Seal(ReadOnlySpan<byte> place, ReadOnlySpan<byte> text, Span<byte> output)
    {
        Span<byte> nonce = output[..NonceBytes];
        NonceOf(place, text, nonce);
        _cipher.Encrypt(nonce, text, output[NonceBytes..^TagBytes], output[^TagBytes..], place);
    }

    /// <summary>Opens what was sealed at this very place; false for anything else.</summary>
    public bool TryOpen(ReadOnlySpan<byte> place, ReadOnlySpan<byte> box, Span<byte> text)
    {
        try
        {
            _cipher.Decrypt(box[..NonceBytes], box[NonceBytes..^TagBytes], box[^TagBytes..], text, place);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _cipher.Dispose();

    private void NonceOf(ReadOnlySpan<byte> place, ReadOnlySpan<byte> text, Span<byte> nonce)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _nonceKey);
        hash.AppendData(place);
        hash.AppendData(text);
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        hash.GetHashAndReset(whole);
        whole[..NonceBytes].CopyTo(nonce);
    }

    private static byte[] Derive(FileKey key, ReadOnlySpan<byte> purpose)
    {
        byte[] derived = new byte[FileKey.SizeBytes];
        HKDF.Expand(HashAlgorithmName.SHA256, key.Bytes, derived, purpose);
        return derived;
    }
}
