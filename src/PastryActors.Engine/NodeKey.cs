using System.Security.Cryptography;
using PastryActors.Core.Ring;

namespace PastryActors.Engine;

/// <summary>A key file that cannot be used. The message names the file and says what to do.</summary>
public sealed class NodeKeyException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The key that a node is: ECDSA P-256; the nodeId is the truncated hash of its public half, so who signs with the key has proved
/// the nodeId. Safe for any thread.
/// </summary>
public sealed class NodeKey : IDisposable
{
    /// <summary>Size of a signature in bytes: r then s (IEEE P1363), as in file certificates and receipts.</summary>
    public const int SignatureSizeBytes = 64;

    /// <summary>Size of the SubjectPublicKeyInfo of a P-256 key in bytes.</summary>
    public const int PublicKeySizeBytes = 91;

    private readonly ECDsa _key;
    private readonly Lock _gate = new();

    private NodeKey(ECDsa key)
    {
        _key = key;
        PublicKey = key.ExportSubjectPublicKeyInfo();
        NodeId = NodeIdentity.NodeIdOf(PublicKey.Span);
    }

    /// <summary>The public half: SubjectPublicKeyInfo, DER.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>The nodeId of the holder of this key.</summary>
    public RingId NodeId { get; }

    /// <summary>A new key that is kept nowhere.</summary>
    public static NodeKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>
    /// The key kept in the PKCS#8 PEM file at <paramref name="path"/>; at the first start a new one, written there for the owner's
    /// eyes only (mode 0600). A file that is there but unusable is never overwritten.
    /// </summary>
    /// <exception cref="NodeKeyException">The file is damaged, of another kind of key, readable by others, or cannot be read or written.</exception>
    public static NodeKey LoadOrCreate(string path)
    {
        try
        {
            return File.Exists(path) ? Load(path) : CreateAt(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeKeyException($"cannot read or write the node's key at {path}: {e.Message}", e);
        }
    }

    /// <summary>Signs the SHA-256 of <paramref name="data"/>.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        lock (_gate) return _key.SignData(data, HashAlgorithmName.SHA256);
    }

    /// <summary>Signs a digest made elsewhere.</summary>
    public byte[] SignDigest(Hash256 digest)
    {
        Span<byte> bytes = stackalloc byte[Hash256.SizeBytes];
        digest.WriteTo(bytes);
        lock (_gate) return _key.SignHash(bytes);
    }

    /// <summary>Whether the holder of the P-256 key <paramref name="publicKey"/> (SubjectPublicKeyInfo, DER) signed <paramref name="data"/>. Any bytes may come in.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != PublicKeySizeBytes || signature.Length != SignatureSizeBytes) return false;
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(publicKey, out int read);
            return read == publicKey.Length && IsP256(key) && key.VerifyData(data, signature, HashAlgorithmName.SHA256);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    /// <summary>Runs <paramref name="use"/> on the private key: for making the certificate of the process.</summary>
    public TResult Use<TResult>(Func<ECDsa, TResult> use)
    {
        lock (_gate) return use(_key);
    }

    private static NodeKey Load(string path)
    {
        RefuseIfOthersCanRead(path);
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            if (!IsP256(key)) throw new CryptographicException("it is not a P-256 key");
            return new NodeKey(key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new NodeKeyException($"{path} holds no usable P-256 key in PKCS#8 PEM ({e.Message}); restore it, or move it away to get a new identity", e);
        }
    }

    private static NodeKey CreateAt(string path)
    {
        NodeKey key = Create();
        string temporary = $"{path}.{Environment.ProcessId}.new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        // Written whole and flushed before it gets its name: a crash leaves either no key or a good one, never half of one.
        using (var stream = new FileStream(temporary, options))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(key._key.ExportPkcs8PrivateKeyPem() + "\n"));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: false);
        return key;
    }

    private static void RefuseIfOthersCanRead(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if ((File.GetUnixFileMode(path) & others) != 0)
        {
            throw new NodeKeyException($"{path} can be read or written by others; make it the owner's alone (chmod 600), or move it away to get a new identity");
        }
    }

    private static bool IsP256(ECDsa key) =>
        key.KeySize == 256 && key.ExportParameters(includePrivateParameters: false).Curve.Oid?.Value is "1.2.840.10045.3.1.7";
}
