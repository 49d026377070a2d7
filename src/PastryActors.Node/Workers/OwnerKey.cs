using System.Security.Cryptography;

namespace PastryActors.Node.Workers;

/// <summary>
/// The owner's private key in a file (PKCS#8, PEM, readable by its owner alone): whoever has it may reclaim what was inserted with
/// it. Many processes share one file, and any of them may be the first to want it.
/// </summary>
public static class OwnerKey
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int FileMaxBytes = 16 * 1024;

    /// <summary>Reads the key, or creates it where there is none. Throws <see cref="InvalidDataException"/> for a file that holds no P-256 key.</summary>
    public static ECDsa LoadOrCreate(string path)
    {
        if (!File.Exists(path)) Create(path);
        return Load(path);
    }

    private static ECDsa Load(string path)
    {
        if (new FileInfo(path).Length > FileMaxBytes) throw Wrong(path, "it is too long", null);
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            if (key.ExportParameters(false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value) return key;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw Wrong(path, e.Message, e);
        }

        key.Dispose();
        throw Wrong(path, "the key is of another curve", null);
    }

    private static void Create(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        string draft = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
        try
        {
            using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256)) WriteDraft(draft, key.ExportPkcs8PrivateKeyPem());
            // The move links the finished file under its name only if the name is free: of many processes one wins, and nobody ever
            // reads half a key.
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was first; its key is the owner's.
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private static void WriteDraft(string draft, string pem)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using var file = new FileStream(draft, options);
        file.Write(System.Text.Encoding.ASCII.GetBytes(pem + "\n"));
        file.Flush(flushToDisk: true);
    }

    private static InvalidDataException Wrong(string path, string why, Exception? inner) =>
        new($"{path} is not an owner key (PKCS#8 PEM, P-256): {why}", inner);
}
