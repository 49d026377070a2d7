using PastryActors.Core.Driving;
using PastryActors.Store.Tests.Support;

namespace PastryActors.Store.Tests.Upkeep;

public sealed class CapacityTests
{
    [Fact]
    public async Task It_holds_to_the_byte_whatever_is_written_and_removed()
    {
        var random = new Random(3);
        var folder = new FaultyFolder();
        var live = new Dictionary<int, int>();
        int full = 0;
        await using VolumeStore store = Stores.Open(folder);
        for (int i = 0; i < 3000; i++)
        {
            int length = random.Next(0, 1500);
            if (live.Count > 0 && random.Next(3) == 0)
            {
                int victim = live.Keys.ElementAt(random.Next(live.Count));
                Assert.Equal(StoreStatus.Done, await store.RemoveAsync(victim));
                live.Remove(victim);
            }
            else if (await store.PutAsync(i, length) == StoreStatus.Done) live.Add(i, length);
            else full++;
            Assert.InRange(folder.Files.Values.Sum(file => file.Length), 0, Stores.Small.CapacityBytes);
        }

        Assert.True(full > 50);
        Assert.True(store.Usage.Compactions > 10);
        Assert.Equal(live.Count, store.Usage.Objects);
        foreach ((int id, int length) in live) Assert.True(await store.HoldsAsync(id, length));
    }

    [Fact]
    public async Task A_full_store_still_removes_and_then_has_room_again()
    {
        await using VolumeStore store = Stores.Open(new FaultyFolder());
        int count = 0;
        while (await store.PutAsync(count, 20) == StoreStatus.Done) count++;
        Assert.InRange(store.Usage.UsedBytes, store.Usage.WritableBytes - 4096, store.Usage.WritableBytes + 512);
        Assert.Equal(1, store.Usage.FullRefusals);
        for (int i = 0; i < count; i++) Assert.Equal(StoreStatus.Done, await store.RemoveAsync(i));
        Assert.Equal(StoreStatus.Done, await store.PutAsync(9999, 1500));
        Assert.True(await store.HoldsAsync(9999, 1500));
    }

    [Fact]
    public async Task A_store_opened_with_less_capacity_than_it_uses_only_shrinks()
    {
        var folder = new FaultyFolder();
        await using (VolumeStore store = Stores.Open(folder))
        {
            for (int i = 0; i < 200; i++) await store.PutAsync(i, 100);
        }

        await using VolumeStore smaller = Stores.Open(folder, options: Stores.Small with { CapacityBytes = 32 << 10 });
        Assert.Equal(StoreStatus.Full, await smaller.PutAsync(1000));
        for (int i = 0; i < 180; i++) Assert.Equal(StoreStatus.Done, await smaller.RemoveAsync(i));
        Assert.Equal(StoreStatus.Done, await smaller.PutAsync(1000));
        Assert.InRange(smaller.Usage.UsedBytes, 1, 32 << 10);
        for (int i = 180; i < 200; i++) Assert.True(await smaller.HoldsAsync(i));
    }
}
