using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Store;

namespace PastryActors.Micro.Operations;

/// <summary>Objects of 1 KiB into volumes, 64 at once, each acknowledged when it is on the disk.</summary>
internal sealed class StoreOperations : IAsyncDisposable
{
    public const int Writes = 64;

    private readonly string _folder = Directory.CreateTempSubdirectory("pastry-micro-").FullName;
    private readonly VolumeStore _store;
    private readonly byte[] _content = new byte[1024];
    private readonly byte[] _meta = new byte[200];
    private long _number;

    public StoreOperations() => _store = VolumeStore.Open(new StoreOptions { Folder = _folder, CapacityBytes = 16L << 30 }, new Silent());

    /// <summary>Writes <see cref="Writes"/> objects; answers when all are durable.</summary>
    public Task WriteAsync() => Task.WhenAll(Enumerable.Range(0, Writes).Select(_ =>
    {
        var done = new Completion();
        long number = _number++;
        Span<byte> hash = stackalloc byte[Hash256.SizeBytes];
        Hash256.Of(BitConverter.GetBytes(number)).WriteTo(hash);
        if (!_store.TrySubmit(new StoreWrite(number, FileId.FromBytes(hash[..FileId.SizeBytes]), 1, _meta, new MemoryContent(_content)), done)) throw new InvalidOperationException("the store's queue is full");
        return done.Task;
    }));

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class Completion : IWorkCompletion
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Task => _done.Task;

        public void Completed(WorkResult result)
        {
            if (result is StoreChanged { Status: StoreStatus.Done }) _done.TrySetResult();
            else _done.TrySetException(new IOException($"the store answered {result}"));
        }
    }

    private sealed class Silent : IStoreObserver
    {
        public void Observe(in StoreFact fact)
        {
        }
    }
}
