using System.Collections.Concurrent;

namespace PastryActors.Store.Tests.Support;

/// <summary>Small stores for tests: volumes of 4 KiB, so that a few dozen objects already roll, fill and compact.</summary>
internal static class Stores
{
    public static readonly StoreOptions Small = new() { Folder = "memory", CapacityBytes = 64 << 10, ObjectBytesMax = 2048, ReaderThreads = 1 };

    public static VolumeStore Open(FaultyFolder folder, RecordingObserver? observer = null, StoreOptions? options = null) =>
        VolumeStore.Open(options ?? Small, folder, observer ?? new RecordingObserver());
}

/// <summary>Keeps what the store tells.</summary>
internal sealed class RecordingObserver : IStoreObserver
{
    public ConcurrentQueue<StoreFact> Facts { get; } = new();

    public void Observe(in StoreFact fact) => Facts.Enqueue(fact);

    public int CountOf(StoreFactKind kind) => Facts.Count(fact => fact.Kind == kind);
}

/// <summary>A folder on the real disk, gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("pastry-store-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
