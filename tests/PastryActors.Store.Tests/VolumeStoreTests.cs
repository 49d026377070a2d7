using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Store.Tests.Support;

namespace PastryActors.Store.Tests;

/// <summary>On the real disk.</summary>
public sealed class VolumeStoreTests
{
    [Fact]
    public async Task Objects_of_all_sizes_come_back_after_a_restart()
    {
        using var folder = new TemporaryFolder();
        StoreOptions options = OptionsFor(folder);
        int[] lengths = [0, 1, 7, 4096, 4097, 16 << 10, 100_000, 1 << 20];
        await using (VolumeStore store = VolumeStore.Open(options, new RecordingObserver()))
        {
            Assert.All(await Task.WhenAll(lengths.Select((length, i) => store.PutAsync(i, length))), status => Assert.Equal(StoreStatus.Done, status));
            for (int i = 0; i < lengths.Length; i++) Assert.True(await store.HoldsAsync(i, lengths[i]));
        }

        var observer = new RecordingObserver();
        await using VolumeStore again = VolumeStore.Open(options, observer);
        for (int i = 0; i < lengths.Length; i++) Assert.True(await again.HoldsAsync(i, lengths[i]));
        Assert.Empty(observer.Facts);
        StoreGot metaOnly = await again.GetAsync(7, metaOnly: true);
        Assert.Null(metaOnly.Content);
        Assert.Equal(Probe.Meta(7), metaOnly.Meta);
        StoreGot got = await again.GetAsync(5);
        Assert.Equal(Hash256.Of(Probe.Bytes(16 << 10, 5)), ((MemoryContent)got.Content!).Hash);
        Assert.Equal(StoreStatus.NotFound, (await again.GetAsync(99)).Status);
    }

    [Fact]
    public async Task Volumes_roll_and_compact_on_the_real_disk()
    {
        using var folder = new TemporaryFolder();
        StoreOptions options = OptionsFor(folder) with { CapacityBytes = 32 << 20 };
        await using (VolumeStore store = VolumeStore.Open(options, new RecordingObserver()))
        {
            for (int i = 0; i < 60; i++)
            {
                Assert.Equal(StoreStatus.Done, await store.PutAsync(i, 1 << 20));
                if (i >= 10) Assert.Equal(StoreStatus.Done, await store.RemoveAsync(i - 10));
            }

            Assert.True(store.Usage.Compactions > 0);
            Assert.Equal(new DirectoryInfo(folder.Path).EnumerateFiles().Sum(file => file.Length), store.Usage.UsedBytes);
        }

        await using VolumeStore again = VolumeStore.Open(options, new RecordingObserver());
        Assert.Equal(10, again.Usage.Objects);
        for (int i = 50; i < 60; i++) Assert.True(await again.HoldsAsync(i, 1 << 20));
    }

    [Fact]
    public async Task A_folder_in_use_is_refused_with_a_reason_and_free_after_closing()
    {
        using var folder = new TemporaryFolder();
        await using (VolumeStore.Open(OptionsFor(folder), new RecordingObserver()))
        {
            StoreUnusableException error = Assert.Throws<StoreUnusableException>(() => VolumeStore.Open(OptionsFor(folder), new RecordingObserver()));
            Assert.Contains(folder.Path, error.Message, StringComparison.Ordinal);
            Assert.Contains("in use", error.Message, StringComparison.Ordinal);
        }

        await using VolumeStore again = VolumeStore.Open(OptionsFor(folder), new RecordingObserver());
        Assert.Equal(StoreStatus.Done, await again.PutAsync(1));
    }

    [Fact]
    public void A_folder_that_cannot_be_one_is_refused_with_a_reason()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "file");
        File.WriteAllText(file, "not a folder");
        StoreUnusableException error = Assert.Throws<StoreUnusableException>(() => VolumeStore.Open(OptionsFor(folder) with { Folder = file }, new RecordingObserver()));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_option_out_of_range_is_named()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => VolumeStore.Open(new StoreOptions { Folder = "x", CapacityBytes = 1 }, new RecordingObserver()));
        Assert.Contains("StoreOptions.CapacityBytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_of_others_is_refused()
    {
        await using VolumeStore store = Stores.Open(new FaultyFolder());
        await Assert.ThrowsAsync<ArgumentException>(() => store.SubmitAsync(new Sign(1, SigningKey.Node, default)));
    }

    [Fact]
    public async Task Reads_go_on_while_volumes_are_compacted_under_them()
    {
        using var folder = new TemporaryFolder();
        StoreOptions options = OptionsFor(folder) with { CapacityBytes = 1 << 20, ObjectBytesMax = 16 << 10 };
        await using VolumeStore store = VolumeStore.Open(options, new RecordingObserver());
        for (int i = 0; i < 20; i++) await store.PutAsync(i, 3000);
        using var done = new CancellationTokenSource();
        Task<int>[] readers = [.. Enumerable.Range(0, 3).Select(r => Task.Run(() => ReadUntilAsync(store, r, done.Token)))];
        for (int i = 100; i < 900; i++)
        {
            Assert.Equal(StoreStatus.Done, await store.PutAsync(i, 3000));
            Assert.Equal(StoreStatus.Done, await store.RemoveAsync(i));
            if (i % 20 == 0) await Upkeep.CompactionTests.CompactAllAsync(store);
        }

        await done.CancelAsync();
        Assert.All(await Task.WhenAll(readers).WaitAsync(Probe.Deadline), reads => Assert.True(reads > 0));
        Assert.True(store.Usage.Compactions > 0);
        Assert.Equal((0, 0), (store.Usage.Quarantined, store.Usage.Unexpected));
    }

    private static async Task<int> ReadUntilAsync(VolumeStore store, int seed, CancellationToken done)
    {
        var random = new Random(seed);
        int reads = 0;
        for (; !done.IsCancellationRequested; reads++) Assert.True(await store.HoldsAsync(random.Next(20), 3000));
        return reads;
    }

    private static StoreOptions OptionsFor(TemporaryFolder folder) => new() { Folder = folder.Path, CapacityBytes = 64 << 20 };
}
