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
            var file = new FaultyFile(this, []);
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

    public void Sync()
    {
        Count("sync folder");
        lock (_gate)
        {
            _durableNames.Clear();
            foreach ((string name, FaultyFile file) in _names) _durableNames.Add(name, file);
        }
    }

    public void Dispose()
    {
    }

    /// <summary>What a killed process leaves: everything it wrote, since the kernel lives.</summary>
    public FaultyFolder AfterKill() => Copy(_names, file => file.Live);

    /// <summary>What a power cut leaves: the durable names, perhaps others; the durable bytes, and of the rest any mixture of new, old, zero and garbage.</summary>
    public FaultyFolder AfterPowerLoss(Random random)
    {
        var survivors = new Dictionary<string, FaultyFile>();
        foreach (string name in _names.Keys.Union(_durableNames.Keys).Order(StringComparer.Ordinal))
        {
            bool durable = _durableNames.ContainsKey(name);
            bool settled = durable && _names.ContainsKey(name);
            if (settled || random.Next(2) == 0) survivors.Add(name, durable ? _durableNames[name] : _names[name]);
        }

        return Copy(survivors, file => file.AfterPowerLoss(random));
    }

    /// <summary>Throws what is to go wrong at this operation.</summary>
    internal void Count(string operation)
    {
        if (Interlocked.Increment(ref _operations) >= PowerFailsAt) throw new IOException("the power is gone", 5);
        if (Fault(operation) is { } error) throw error;
    }

    private static FaultyFolder Copy(Dictionary<string, FaultyFile> files, Func<FaultyFile, byte[]> content)
    {
        var copy = new FaultyFolder();
        foreach ((string name, FaultyFile file) in files)
        {
            var copied = new FaultyFile(copy, content(file));
            copy._names.Add(name, copied);
            copy._durableNames.Add(name, copied);
        }

        return copy;
    }
}
