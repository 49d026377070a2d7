using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Store.Tests.Support;

namespace PastryActors.Store.Tests.Writing;

public sealed class GroupCommitTests
{
    private static readonly StoreOptions Roomy = Stores.Small with { CapacityBytes = 64 << 20 };

    [Fact]
    public async Task What_arrives_during_a_sync_shares_the_next_one()
    {
        using var syncing = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        var folder = new FaultyFolder
        {
            Fault = operation =>
            {
                if (operation != "sync file") return null;
                syncing.Release();
                return go.Wait(Probe.Deadline) ? null : FaultyFolder.Broken();
            },
        };
        await using VolumeStore store = Stores.Open(folder, options: Roomy);
        Task<StoreStatus> first = store.PutAsync(1);
        Assert.True(await syncing.WaitAsync(Probe.Deadline));
        Task<StoreStatus>[] rest = [.. Enumerable.Range(2, 500).Select(i => store.PutAsync(i))];
        Assert.False(first.IsCompleted);
        Assert.Equal(StoreStatus.NotFound, (await store.GetAsync(1)).Status); // not durable, not there; and the read did not wait for the sync
        go.Release(2);
        Assert.Equal(StoreStatus.Done, await first);
        Assert.All(await Task.WhenAll(rest), status => Assert.Equal(StoreStatus.Done, status));
        Assert.Equal(2, folder.FileSyncs);
        Assert.Equal((2, 501), (store.Usage.Groups, store.Usage.Changes));
        go.Release(10);
    }

    [Fact]
    public async Task Many_submitters_at_once_all_get_one_answer_each()
    {
        var folder = new FaultyFolder();
        await using VolumeStore store = Stores.Open(folder, options: Roomy);
        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
        {
            StoreStatus status = await store.PutAsync(i / 2);
            Assert.True(status is StoreStatus.Done or StoreStatus.Exists);
        });
        Assert.Equal((1000, 1000, 0), (store.Usage.Objects, store.Usage.Changes, store.Usage.Unexpected));
        for (int i = 0; i < 1000; i += 37) Assert.True(await store.HoldsAsync(i));
    }

    [Fact]
    public async Task A_second_write_in_the_same_group_finds_the_first()
    {
        await using VolumeStore store = Stores.Open(new FaultyFolder());
        StoreStatus[] answers = await Task.WhenAll(store.PutAsync(1), store.PutAsync(1), store.RemoveAsync(1), store.RemoveAsync(1), store.PutAsync(1));
        Assert.Equal([StoreStatus.Done, StoreStatus.Exists, StoreStatus.Done, StoreStatus.NotFound, StoreStatus.Done], answers);
    }

    [Fact]
    public async Task A_full_disk_is_answered_as_full_and_the_store_goes_on()
    {
        var folder = new FaultyFolder();
        await using VolumeStore store = Stores.Open(folder);
        await store.PutAsync(1);
        long length = folder.Files.Values.Single().Length;
        folder.Fault = operation => operation == "write" ? FaultyFolder.NoSpace() : null;
        Assert.Equal(StoreStatus.Full, await store.PutAsync(2));
        Assert.Equal(length, folder.Files.Values.Single().Length);
        folder.Fault = _ => null;
        Assert.Equal(StoreStatus.Done, await store.PutAsync(2));
        Assert.True(await store.HoldsAsync(1) && await store.HoldsAsync(2));
        Assert.Equal(1, store.Usage.Volumes);
    }

    [Fact]
    public async Task After_a_failed_sync_the_volume_is_never_appended_to_again()
    {
        var folder = new FaultyFolder();
        await using VolumeStore store = Stores.Open(folder);
        await store.PutAsync(1);
        long length = folder.Files.Values.Single().Length;
        folder.Fault = operation => operation == "sync file" ? FaultyFolder.Broken() : null;
        Assert.Equal(StoreStatus.Failed, await store.PutAsync(2));
        folder.Fault = _ => null;
        Assert.Equal(StoreStatus.Done, await store.PutAsync(2));
        Assert.Equal(2, folder.Files.Count);
        Assert.Equal(length, folder.Files.MinBy(file => file.Key, StringComparer.Ordinal).Value.Length);
        Assert.True(await store.HoldsAsync(1) && await store.HoldsAsync(2));
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_counts_it()
    {
        using var go = new ManualResetEventSlim();
        using var syncing = new ManualResetEventSlim();
        var folder = new FaultyFolder
        {
            Fault = operation =>
            {
                if (operation == "sync file") syncing.Set();
                if (operation == "sync file") go.Wait(Probe.Deadline);
                return null;
            },
        };
        await using VolumeStore store = Stores.Open(folder, options: Roomy with { WriteQueueCountMax = 3 });
        var asked = new List<Task<StoreStatus>> { store.PutAsync(0) };
        syncing.Wait(Probe.Deadline);
        for (int i = 1; i <= 3; i++) asked.Add(store.PutAsync(i));
        Assert.False(store.TrySubmit(Probe.Write(9, 10), new Nobody()));
        Assert.Equal(1, store.Usage.QueueRefusals);
        go.Set();
        Assert.All(await Task.WhenAll(asked), status => Assert.Equal(StoreStatus.Done, status));
    }

    [Fact]
    public async Task Content_that_is_not_in_memory_or_too_large_fails()
    {
        var observer = new RecordingObserver();
        await using VolumeStore store = Stores.Open(new FaultyFolder(), observer);
        Assert.Equal(StoreStatus.Failed, await store.ChangeAsync(new StoreWrite(1, Probe.Id(1), 0, default, new Elsewhere())));
        Assert.Equal(StoreStatus.Failed, await store.PutAsync(2, length: 2048));
        Assert.Equal(2, observer.CountOf(StoreFactKind.WorkRefused));
        Assert.Equal(StoreStatus.Done, await store.PutAsync(2, length: 2036));
        Assert.True(await store.HoldsAsync(2, 2036));
    }

    [Fact]
    public async Task A_completion_that_throws_harms_nobody_else()
    {
        await using VolumeStore store = Stores.Open(new FaultyFolder());
        Assert.True(store.TrySubmit(Probe.Write(1, 10), new Thrower()));
        Assert.Equal(StoreStatus.Done, await store.PutAsync(2));
        Assert.Equal(1, store.Usage.Unexpected);
    }

    [Fact]
    public async Task Closing_answers_everything_that_was_taken_and_takes_nothing_more()
    {
        VolumeStore store = Stores.Open(new FaultyFolder(), options: Roomy);
        Task<StoreStatus>[] asked = [.. Enumerable.Range(0, 300).Select(i => store.PutAsync(i))];
        await store.DisposeAsync();
        
        Assert.All(await Task.WhenAll(asked), status => Assert.Equal(StoreStatus.Done, status));
        Assert.False(store.TrySubmit(Probe.Write(999, 10), new Nobody()));
    }

    private sealed class Elsewhere : ContentRef
    {
        public override int Length => 10;

        public override Hash256 Hash => default;
    }

    private sealed class Nobody : IWorkCompletion
    {
        public void Completed(WorkResult result) => throw new InvalidOperationException("nobody was to be told");
    }

    private sealed class Thrower : IWorkCompletion
    {
        public void Completed(WorkResult result) => throw new InvalidOperationException("as the test wants");
    }
}
