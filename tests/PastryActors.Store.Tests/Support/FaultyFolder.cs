using PastryActors.Store.Files;

namespace PastryActors.Store.Tests.Support;

/// <summary>
/// A folder in memory that knows what a disk has promised and what not: names and bytes are durable only once synced. The power
/// can fail at any operation; <see cref="AfterPowerLoss"/> is what the next start may then find, as bad as the promises allow.
/// </summary>
internal sealed class FaultyFolder : IVolumeFolder
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, FaultyFile> _names = [];
    private readonly Dictionary<string, FaultyFile> _durableNames = [];
    private long _operations;

    /// <summary>Number of the operation (write, truncate, sync, create, delete) at which the power fails.</summary>
    public long PowerFailsAt { get; set; } = long.MaxValue;

    /// <summary>Asked before every operation; what it returns is thrown, after half of a write was done.</summary>
    public Func<string, Exception?> Fault { get; set; } = _ => null;

    public long Operations => Interlocked.Read(ref _operations);

    /// <summary>Syncs of files that succeeded.</summary>
    public int FileSyncs { get; set; }

    public IReadOnlyDictionary<string, FaultyFile> Files => _names;

    public static IOException NoSpace() => new("No space left on device", 28);

    public static IOException Broken() => new("Input/output error", 5);

    public IReadOnlyList<string> List()
    {
        lock (_gate) return [.. _names.Keys];
    }

    public IVolumeFile Create(string name)
    {
        Count("create");
        lock (_gate)
        {
            var file = new FaultyFile(this, [], []);
            _names.Add(name, file);
            return file;
        }
    }

    public IVolumeFile Open(string name)
    {
        lock (_gate) return _names[name];
    }

    public void Delete(string name)
    {
        Count("delete");
        lock (_gate) _names.Remove(name);
    }

    /// <summary>Small files that are no volumes.</summary>
    public Dictionary<string, byte[]> Notes { get; private set; } = [];

    public byte[]? ReadNote(string name)
    {
        lock (_gate) return Notes.GetValueOrDefault(name);
    }

    public void WriteNote(string name, byte[] content)
    {
        lock (_gate) Notes[name] = content;
    }

    public void Sync()
    {
        Count("sync folder");
        lock (_gate)
        {
            _durableNames.Clear();
            foreach ((string name, FaultyFile file) in _names) _durableNames.Add(name, file);
        }
    }

    /// <summary>Puts other bytes in a file's place, behind the store's back.</summary>
    public void Replace(FaultyFile file, byte[] bytes)
    {
        string name = _names.First(f => f.Value == file).Key;
        _names[name] = _durableNames[name] = new FaultyFile(this, bytes, bytes);
    }

    public void Dispose()
    {
    }

    /// <summary>What a killed process leaves: everything it wrote, since the kernel lives; but no more of it is durable than was.</summary>
    public FaultyFolder AfterKill() => Copy(_names, _durableNames.ContainsKey, file => file.Live, file => file.Durable);

    /// <summary>
    /// What a power cut leaves: the durable names, perhaps others; the durable bytes, and of the rest any mixture of new, old, zero
    /// and garbage.
    /// </summary>
    public FaultyFolder AfterPowerLoss(Random random)
    {
        var survivors = new Dictionary<string, FaultyFile>();
        foreach (string name in _names.Keys.Union(_durableNames.Keys).Order(StringComparer.Ordinal))
        {
            bool durable = _durableNames.ContainsKey(name);
            bool settled = durable && _names.ContainsKey(name);
            if (settled || random.Next(2) == 0) survivors.Add(name, durable ? _durableNames[name] : _names[name]);
        }

        var images = survivors.Values.Distinct().ToDictionary(file => file, file => file.AfterPowerLoss(random));
        return Copy(survivors, _ => true, file => images[file], file => images[file]);
    }

    /// <summary>Throws what is to go wrong at this operation.</summary>
    internal void Count(string operation)
    {
        if (Interlocked.Increment(ref _operations) >= PowerFailsAt) throw new IOException("the power is gone", 5);
        if (Fault(operation) is { } error) throw error;
    }

    private static FaultyFolder Copy(
        Dictionary<string, FaultyFile> files,
        Func<string, bool> isDurable,
        Func<FaultyFile, byte[]> live,
        Func<FaultyFile, byte[]> durable)
    {
        var copy = new FaultyFolder();
        foreach ((string name, FaultyFile file) in files)
        {
            var copied = new FaultyFile(copy, live(file), durable(file));
            copy._names.Add(name, copied);
            if (isDurable(name)) copy._durableNames.Add(name, copied);
        }

        return copy;
    }
}
