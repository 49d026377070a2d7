namespace PastryActors.Store.Files;

/// <summary>A real folder, held by this process alone as long as the object lives.</summary>
internal sealed class DiskFolder : IVolumeFolder
{
    private const string LockName = "lock";

    private readonly string _path;
    private readonly FileStream _lock;

    private DiskFolder(string path, FileStream held) => (_path, _lock) = (path, held);

    /// <summary>Makes the folder if needed and takes its lock.</summary>
    /// <exception cref="StoreUnusableException">The folder cannot be used, or another process (or store of this one) holds it.</exception>
    public static DiskFolder Acquire(string path)
    {
        try
        {
            path = Path.GetFullPath(path);
            Directory.CreateDirectory(path);
            if (Path.GetDirectoryName(path) is { } parent) FolderSync.Run(parent);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new StoreUnusableException($"The store folder '{path}' cannot be used: {error.Message}", error);
        }

        return new DiskFolder(path, TakeLock(path));
    }

    public IReadOnlyList<string> List() => [.. Directory.EnumerateFiles(_path).Select(file => Path.GetFileName(file))];

    public IVolumeFile Create(string name) => new DiskFile(Path.Combine(_path, name), FileMode.CreateNew);

    public IVolumeFile Open(string name) => new DiskFile(Path.Combine(_path, name), FileMode.Open);

    public void Delete(string name)
    {
        try
        {
            File.Delete(Path.Combine(_path, name));
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException(error.Message, error);
        }
    }

    public byte[]? ReadNote(string name)
    {
        try
        {
            string path = Path.Combine(_path, name);
            return File.Exists(path) ? File.ReadAllBytes(path) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void WriteNote(string name, byte[] content)
    {
        string path = Path.Combine(_path, name);
        File.WriteAllBytes(path + ".new", content);
        File.Move(path + ".new", path, overwrite: true);
    }

    public void Sync() => FolderSync.Run(_path);

    public void Dispose() => _lock.Dispose();

    private static FileStream TakeLock(string path)
    {
        try
        {
            return new FileStream(Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new StoreUnusableException($"The store folder '{path}' cannot be written: {error.Message}", error);
        }
        catch (IOException error)
        {
            string message = $"The store folder '{path}' is in use by another process; a store belongs to one node at a time. ({error.Message})";
            throw new StoreUnusableException(message, error);
        }
    }
}
