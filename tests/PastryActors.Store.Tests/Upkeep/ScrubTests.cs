using PastryActors.Core.Driving;
using PastryActors.Store.Tests.Support;
using PastryActors.Store.Upkeep;

namespace PastryActors.Store.Tests.Upkeep;

public sealed class ScrubTests
{
    private const int ContentOfTheFirst = 32 + 72 + 12;

    [Fact]
    public async Task Rot_is_found_told_and_forgotten_for_good_until_it_is_written_again()
    {
        var folder = new FaultyFolder();
        var observer = new RecordingObserver();
        await using (VolumeStore store = Stores.Open(folder, observer))
        {
            for (int i = 0; i < 10; i++) await store.PutAsync(i);
            folder.Files.Values.Single().Damage(bytes => bytes[ContentOfTheFirst + 7] ^= 1);
            Assert.Equal(new ScrubStep(10 * 184, 10, 1, true), store.Scrub(long.MaxValue));
            StoreFact fact = Assert.Single(observer.Facts);
            Assert.Equal((StoreFactKind.Quarantined, Probe.Id(0)), (fact.Kind, fact.Object));
            Assert.Equal((9, 1), (store.Usage.Objects, store.Usage.Quarantined));
            Assert.Equal(9, store.Scrub(long.MaxValue).CheckedObjects);
        }

        await using VolumeStore again = Stores.Open(folder);
        Assert.Equal(9, again.Usage.Objects);
        Assert.Equal(StoreStatus.Done, await again.PutAsync(0));
        Assert.True(await again.HoldsAsync(0));
    }

    [Fact]
    public async Task A_read_finds_rot_too()
    {
        var folder = new FaultyFolder();
        await using VolumeStore store = Stores.Open(folder);
        await store.PutAsync(0);
        folder.Files.Values.Single().Damage(bytes => bytes[ContentOfTheFirst] ^= 1);
        Assert.Equal(StoreStatus.Done, (await store.GetAsync(0, metaOnly: true)).Status); // the certificate is whole
        Assert.Equal(StoreStatus.Corrupt, (await store.GetAsync(0)).Status);
        Assert.Equal(StoreStatus.NotFound, (await store.GetAsync(0)).Status);
        Assert.Empty(store.Entries);
    }

    [Fact]
    public async Task A_disk_that_fails_to_read_condemns_nothing()
    {
        var folder = new FaultyFolder();
        var observer = new RecordingObserver();
        await using VolumeStore store = Stores.Open(folder, observer);
        await store.PutAsync(0);
        folder.Fault = operation => operation == "read" ? FaultyFolder.Broken() : null;
        Assert.Equal(StoreStatus.Failed, (await store.GetAsync(0)).Status);
        Assert.Equal(0, store.Scrub(long.MaxValue).Damaged);
        folder.Fault = _ => null;
        Assert.True(await store.HoldsAsync(0));
        Assert.Equal(2, store.Usage.FailedReads);
    }

    [Fact]
    public async Task Steps_are_bounded_and_go_on_where_the_last_one_ended()
    {
        await using VolumeStore store = Stores.Open(new FaultyFolder());
        for (int i = 0; i < 10; i++) await store.PutAsync(i);
        Assert.Equal(new ScrubStep(4 * 184, 4, 0, false), store.Scrub(600));
        Assert.Equal(new ScrubStep(6 * 184, 6, 0, true), store.Scrub(long.MaxValue));
    }

    [Fact]
    public async Task The_caretaker_scrubs_and_compacts_until_it_is_told_to_stop()
    {
        var folder = new FaultyFolder();
        var compacted = new TaskCompletionSource();
        var observer = new SignallingObserver(StoreFactKind.Compacted, compacted);
        await using VolumeStore store = VolumeStore.Open(Stores.Small, folder, observer);
        for (int i = 0; i < 100; i++) await store.PutAsync(i);
        for (int i = 0; i < 90; i++) await store.RemoveAsync(i);
        var caretaker = new StoreCaretaker(store, new CaretakerOptions { ScrubPeriod = TimeSpan.Zero }, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        Task running = caretaker.RunAsync(stop.Token);
        await compacted.Task.WaitAsync(Probe.Deadline);
        SpinWait.SpinUntil(() => caretaker.ScrubPasses > 1, Probe.Deadline);
        await stop.CancelAsync();
        await running.WaitAsync(Probe.Deadline);
        Assert.True(caretaker.ScrubPasses > 1);
        Assert.Equal(10, store.Usage.Objects);
    }

    private sealed class SignallingObserver(StoreFactKind kind, TaskCompletionSource signal) : IStoreObserver
    {
        public void Observe(in StoreFact fact)
        {
            if (fact.Kind == kind) signal.TrySetResult();
        }
    }
}
