using System.Security.Cryptography;
using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;

namespace PastryActors.Node.Workers;

/// <summary>
/// Checks signature claims. What was verified once (key, signed hash, signature) is remembered, so that a batch of a thousand
/// certificates under one root costs one verification. Safe for any thread.
/// </summary>
public sealed class SignatureVerifier(SignatureOptions options) : IDisposable
{
    private const int SignatureSizeBytes = CertificateRules.SignatureSizeBytes;

    private readonly Lock _gate = new();
    private readonly Dictionary<Hash256, ECDsa?> _keys = [];
    private HashSet<Hash256> _young = [];
    private HashSet<Hash256> _old = [];
    private long _verifications;
    private long _remembered;
    private long _bad;

    /// <summary>ECDSA verifications done.</summary>
    public long Verifications => Volatile.Read(ref _verifications);

    /// <summary>Claims answered from memory.</summary>
    public long Remembered => Volatile.Read(ref _remembered);

    /// <summary>Claims found to be false.</summary>
    public long Bad => Volatile.Read(ref _bad);

    /// <summary>Whether every one of the claims is true. Never throws, whatever the bytes.</summary>
    public bool AreGood(ValueList<SignatureClaim> claims)
    {
        foreach (SignatureClaim claim in claims)
        {
            if (IsGood(claim)) continue;
            Interlocked.Increment(ref _bad);
            return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate) ForgetKeys();
    }

    private bool IsGood(SignatureClaim claim)
    {
        if (claim.Signature.Value.Length != SignatureSizeBytes || claim.PublicKey.Length is 0 or > CertificateRules.KeyBytesMax) return false;
        if (MerkleBatch.RootOf(claim.Digest, claim.Signature) is not { } signed) return false;

        Hash256 keyHash = Hash256.Of(claim.PublicKey.Span);
        Hash256 name = NameOf(keyHash, signed, claim.Signature.Value.Span);
        lock (_gate)
        {
            if (_young.Contains(name) || _old.Contains(name))
            {
                _remembered++;
                return true;
            }
        }

        if (!Check(claim, keyHash, signed)) return false;
        Remember(name);
        return true;
    }

    private static Hash256 NameOf(Hash256 key, Hash256 signed, ReadOnlySpan<byte> signature)
    {
        Span<byte> bytes = stackalloc byte[(2 * Hash256.SizeBytes) + SignatureSizeBytes];
        key.WriteTo(bytes);
        signed.WriteTo(bytes[Hash256.SizeBytes..]);
        signature.CopyTo(bytes[(2 * Hash256.SizeBytes)..]);
        return Hash256.Of(bytes);
    }

    private bool Check(SignatureClaim claim, Hash256 keyHash, Hash256 signed)
    {
        ECDsa? key;
        lock (_gate) key = KeyOf(claim.PublicKey, keyHash);
        if (key is null) return false;
        Span<byte> hash = stackalloc byte[Hash256.SizeBytes];
        signed.WriteTo(hash);
        Interlocked.Increment(ref _verifications);
        // An ECDsa object is not promised to be safe for two threads; two keys still verify side by side.
        lock (key)
        {
            try
            {
                return key.VerifyHash(hash, claim.Signature.Value.Span, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            }
            catch (Exception e) when (e is CryptographicException or ObjectDisposedException)
            {
                return false;
            }
        }
    }

    private ECDsa? KeyOf(Blob publicKey, Hash256 keyHash)
    {
        if (_keys.TryGetValue(keyHash, out ECDsa? known)) return known;
        // Dropping all at once is crude and bounded; a real owner's key is back after one import. The garbage collector closes
        // those dropped, since another thread may be verifying with one.
        if (_keys.Count >= options.KeysMax) _keys.Clear();
        return _keys[keyHash] = Import(publicKey.Span);
    }

    private static ECDsa? Import(ReadOnlySpan<byte> publicKey)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(publicKey, out int read);
            ECParameters parameters = key.ExportParameters(false);
            if (read == publicKey.Length && parameters.Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value) return key;
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException or ArgumentException)
        {
            // Not a key: the claim is false.
        }

        key.Dispose();
        return null;
    }

    private void Remember(Hash256 name)
    {
        lock (_gate)
        {
            // Two generations: forgets what was not met for a while, at the price of two sets and no list.
            if (_young.Count >= options.VerifiedRootsMax / 2)
            {
                (_old, _young) = (_young, _old);
                _young.Clear();
            }

            _young.Add(name);
        }
    }

    private void ForgetKeys()
    {
        foreach (ECDsa? key in _keys.Values) key?.Dispose();
        _keys.Clear();
    }
}
