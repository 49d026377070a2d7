using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Tests.Fakes;
using PastryActors.Node.Workers;
using PastryActors.Store;

namespace PastryActors.Node.Tests.Workers;

public sealed class StoreWorkersTests : IAsyncLifetime
{
    private static readonly FileId Id = new(new RingId(7), 1);

    private readonly string _folder = Directory.CreateTempSubdirectory("pastry-test-").FullName;
    private readonly VolumeStore _store;
    private readonly StoreWorkers _workers;

    public StoreWorkersTests()
    {
        _store = VolumeStore.Open(new StoreOptions { Folder = _folder, CapacityBytes = 64 << 20, VolumeBytes = 8 << 20, ObjectBytesMax = 1 << 20 }, new Deaf());
        _workers = new StoreWorkers(_store);
    }

    [Fact]
    public async Task A_proof_is_the_hash_of_nonce_and_bytes_as_they_are_on_disk()
    {
        var content = new MemoryContent(TestNode.Bytes(1000));
        await DoAsync(new StoreWrite(1, Id, 5, new byte[] { 9 }, content));
        Hash256 nonce = Hash256.Of([1, 2, 3]);
        var proven = (StoreProven)await DoAsync(new StoreProve(2, Id, nonce));
        byte[] hashed = new byte[32 + 1000];
        nonce.WriteTo(hashed);
        content.Bytes.CopyTo(hashed.AsMemory(32));
        Assert.Equal((StoreStatus.Done, Hash256.Of(hashed), content.Hash), (proven.Status, proven.Proof, proven.ContentHash));
        Assert.Equal(new byte[] { 9 }, proven.Meta);
    }

    [Fact]
    public async Task What_is_not_there_is_not_proven() =>
        Assert.Equal(StoreStatus.NotFound, ((StoreProven)await DoAsync(new StoreProve(1, Id, default))).Status);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<WorkResult> DoAsync(Work work)
    {
        var completion = new Completion();
        _workers.Submit(work, completion);
        return await completion.Done.Task.WaitAsync(TestNode.Deadline);
    }

    private sealed class Deaf : IStoreObserver
    {
        public void Observe(in StoreFact fact)
        {
        }
    }

    private sealed class Completion : IWorkCompletion
    {
        public TaskCompletionSource<WorkResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Completed(WorkResult result) => Done.SetResult(result);
    }
}
