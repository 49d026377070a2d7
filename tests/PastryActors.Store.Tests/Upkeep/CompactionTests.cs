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
            for (int i = 0; i < 60; i++)
            {
                bool right = i % 4 == 0 ? await again.HoldsAsync(i) : (await again.GetAsync(i)).Status == StoreStatus.NotFound;
                Assert.True(right, $"point {point}, object {i}");
            }
        }
    }

    /// <summary>Fails every write of a compaction in turn, then lets it go on.</summary>
    [Fact]
    public async Task A_write_that_fails_at_any_point_of_it_loses_nothing_and_brings_nothing_back()
    {
        var folder = new FaultyFolder();
        await using (VolumeStore store = Stores.Open(folder))
        {
            for (int i = 0; i < 90; i++) await store.PutAsync(i);
            for (int i = 0; i < 90; i++) if (i % 6 != 0) await store.RemoveAsync(i);
        }

        for (int failing = 1, writes = int.MaxValue; failing <= writes; failing++)
        {
            FaultyFolder trial = folder.AfterKill();
            int count = 0;
            await using (VolumeStore store = Stores.Open(trial))
            {
                trial.Fault = operation => operation == "write" && ++count == failing ? FaultyFolder.Broken() : null;
                for (int i = 0; i < 3; i++) await CompactAllAsync(store, unitBytes: long.MaxValue);
            }

            writes = count;
            await using VolumeStore again = Stores.Open(trial.AfterKill());
            Assert.Equal([.. Enumerable.Range(0, 15).Select(i => Probe.Id(i * 6))], again.Entries.Select(entry => entry.Object).Order());
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
            for (int i = 200; i < 205; i++) await store.PutAsync(i); // the removal is to lie in the second, among what will be dead
            await store.RemoveAsync(1);
            for (int i = 205; i < 225; i++) await store.PutAsync(i);
            for (int i = 200; i < 225; i++) await store.RemoveAsync(i);
            await CompactAllAsync(store);
        }

        await using VolumeStore again = Stores.Open(folder.AfterKill());
        Assert.Equal(StoreStatus.NotFound, (await again.GetAsync(1)).Status);
        Assert.Equal(20, again.Usage.Objects);
    }

    [Fact]
    public async Task A_removal_outlives_a_volume_whose_deletion_is_not_durable()
    {
        var folder = new FaultyFolder();
        await using VolumeStore store = Stores.Open(folder);
        await store.PutAsync(1);
        for (int i = 100; i < 125; i++) await store.PutAsync(i);
        await store.RemoveAsync(1); // in the second volume; the first holds the object
        for (int i = 125; i < 145; i++) await store.PutAsync(i);
        for (int i = 100; i < 140; i++) await store.RemoveAsync(i);
        folder.Fault = operation => operation == "sync folder" ? FaultyFolder.Broken() : null;
        await CompactAllAsync(store);
        Assert.True(store.Usage.Compactions >= 2);
        for (int fate = 0; fate < 30; fate++)
        {
            await using VolumeStore again = Stores.Open(folder.AfterPowerLoss(new Random(fate)));
            Assert.Equal(StoreStatus.NotFound, (await again.GetAsync(1)).Status);
            Assert.Equal(5, again.Usage.Objects);
        }
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

    internal static async Task CompactAllAsync(VolumeStore store, long unitBytes = 1000)
    {
        for (int step = 0; step < 1000 && (await store.CompactAsync(unitBytes).WaitAsync(Probe.Deadline)).Worked; step++)
        {
        }
    }

    private static async Task AssertEveryFourthAsync(VolumeStore store)
    {
        Assert.Equal(25, store.Usage.Objects);
        for (int i = 0; i < 100; i += 4) Assert.True(await store.HoldsAsync(i));
    }
}
