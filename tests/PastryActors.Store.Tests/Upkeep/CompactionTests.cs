using PastryActors.Core.Driving;
using PastryActors.Store.Tests.Support;

namespace PastryActors.Store.Tests.Upkeep;

public sealed class CompactionTests
{
    [Fact]
    public async Task Dead_bytes_are_given_back_and_live_ones_stay()
    {
        var folder = new FaultyFolder();
        await using VolumeStore store = Stores.Open(folder);
        for (int i = 0; i < 100; i++) await store.PutAsync(i);
        for (int i = 0; i < 100; i++) if (i % 4 != 0) await store.RemoveAsync(i);
        long before = store.Usage.UsedBytes;
        await CompactAllAsync(store);
        Assert.InRange(store.Usage.UsedBytes, 25 * 184, before / 2);
        Assert.Equal(folder.Files.Values.Sum(file => file.Length), store.Usage.UsedBytes);
        await AssertEveryFourthAsync(store);
        await using VolumeStore again = Stores.Open(folder.AfterKill());
        await AssertEveryFourthAsync(again);
    }

    /// <summary>Stops the power at every operation of a compaction in turn.</summary>
    [Fact]
    public async Task A_crash_at_any_point_of_it_loses_nothing_and_brings_nothing_back()
    {
        var folder = new FaultyFolder();
        await using (VolumeStore store = Stores.Open(folder))
        {
            for (int i = 0; i < 60; i++) await store.PutAsync(i);
            for (int i = 0; i < 60; i++) if (i % 4 != 0) await store.RemoveAsync(i);
        }

        for (int point = 1; ; point++)
        {
            FaultyFolder trial = folder.AfterKill();
            await using (VolumeStore store = Stores.Open(trial))
            {
                trial.PowerFailsAt = trial.Operations + point;
                await CompactAllAsync(store);
                if (trial.Operations < trial.PowerFailsAt) break;
            }

            await using VolumeStore again = Stores.Open(trial.AfterPowerLoss(new Random(point)));
            for (int i = 0; i < 60; i++) Assert.True(i % 4 == 0 ? await again.HoldsAsync(i) : (await again.GetAsync(i)).Status == StoreStatus.NotFound, $"point {point}, object {i}");
        }
    }

    [Fact]
    public async Task A_removal_outlives_every_record_that_it_removes()
    {
        var folder = new FaultyFolder();
        await using (VolumeStore store = Stores.Open(folder))
        {
            await store.PutAsync(1);
            for (int i = 100; i < 120; i++) await store.PutAsync(i); // keeps the first volume alive, and full of life
            await store.RemoveAsync(1);
            for (int i = 200; i < 260; i++) await store.PutAsync(i);
            for (int i = 200; i < 260; i++) await store.RemoveAsync(i);
            await CompactAllAsync(store);
        }

        await using VolumeStore again = Stores.Open(folder.AfterKill());
        Assert.Equal(StoreStatus.NotFound, (await again.GetAsync(1)).Status);
        Assert.Equal(20, again.Usage.Objects);
    }

    [Fact]
    public async Task Removal_records_do_not_pile_up_for_ever()
    {
        var folder = new FaultyFolder();
        await using VolumeStore store = Stores.Open(folder);
        for (int i = 0; i < 20; i++) await store.PutAsync(i);
        for (int i = 1000; i < 4000; i++)
        {
            Assert.Equal(StoreStatus.Done, await store.PutAsync(i, 300));
            Assert.Equal(StoreStatus.Done, await store.RemoveAsync(i));
            if (i % 50 == 0) await CompactAllAsync(store);
        }

        Assert.InRange(store.Usage.RemovalBytes, 0, Stores.Small.CapacityBytes / 8);
        for (int i = 0; i < 20; i++) Assert.True(await store.HoldsAsync(i));
    }

    [Fact]
    public async Task A_damaged_record_is_quarantined_and_not_copied()
    {
        var folder = new FaultyFolder();
        var observer = new RecordingObserver();
        await using VolumeStore store = Stores.Open(folder, observer);
        for (int i = 0; i < 40; i++) await store.PutAsync(i);
        for (int i = 1; i < 40; i++) await store.RemoveAsync(i);
        folder.Files.MinBy(file => file.Key, StringComparer.Ordinal).Value.Damage(bytes => bytes[32 + 72 + 12 + 50] ^= 1);
        await CompactAllAsync(store);
        Assert.Equal(1, observer.CountOf(StoreFactKind.Quarantined));
        Assert.Equal(StoreStatus.NotFound, (await store.GetAsync(0)).Status);
        Assert.Equal(StoreStatus.Done, await store.PutAsync(0));
        Assert.True(await store.HoldsAsync(0));
    }

    internal static async Task CompactAllAsync(VolumeStore store)
    {
        for (int step = 0; step < 1000 && (await store.CompactAsync(1000).WaitAsync(Probe.Deadline)).Worked; step++)
        {
        }
    }

    private static async Task AssertEveryFourthAsync(VolumeStore store)
    {
        Assert.Equal(25, store.Usage.Objects);
        for (int i = 0; i < 100; i += 4) Assert.True(await store.HoldsAsync(i));
    }
}
