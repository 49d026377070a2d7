using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Store.Format;
using PastryActors.Store.Tests.Support;

namespace PastryActors.Store.Tests.Volumes;

public sealed class RecoveryTests
{
    private const int Count = 12;

    [Fact]
    public async Task Objects_tombstones_and_removals_are_found_again()
    {
        FaultyFolder folder = await FilledAsync(Stores.Small, async store =>
        {
            await store.RemoveAsync(2);
            await store.RemoveAsync(3, Probe.Meta(33));
            await store.RemoveAsync(99, Probe.Meta(99));
            await store.ChangeAsync(new StoreWrite(0, Probe.Id(50), 5, Probe.Meta(50), null));
        });
        await using VolumeStore store = Stores.Open(folder);
        StoreEntry[] entries = [.. store.Entries.OrderBy(entry => entry.Object)];
        Assert.Equal([.. Enumerable.Range(0, Count).Where(i => i != 2).Append(50).Append(99).Select(Probe.Id)], entries.Select(entry => entry.Object));
        Assert.Equal(new StoreEntry(Probe.Id(1), 1, 100), entries[1]);
        Assert.Equal(new StoreEntry(Probe.Id(3), 7, 0), entries[2]);
        Assert.Equal((Count - 1, 2), (store.Usage.Objects, store.Usage.Tombstones));
        Assert.Equal((StoreStatus.Done, Probe.Meta(33)), Answer(await store.GetAsync(3)));
        Assert.Null((await store.GetAsync(50)).Content);
        Assert.Equal(StoreStatus.Exists, await store.PutAsync(3));
        Assert.Equal(StoreStatus.Done, await store.PutAsync(2));
    }

    /// <summary>Cuts the volume at every byte: what lies before the cut is whole and there, what does not is not, and the store goes on.</summary>
    [Fact]
    public async Task A_volume_torn_at_any_byte_keeps_what_lies_before()
    {
        FaultyFolder whole = await FilledAsync(Roomy);
        long length = whole.Files.Values.Single().Length;
        long recordLength = RecordHeader.RecordLengthOf(12, 100);
        for (int cut = 0; cut <= length; cut += 5)
        {
            FaultyFolder folder = whole.AfterKill();
            folder.Files.Values.Single().Truncate(cut);
            await using VolumeStore store = Stores.Open(folder, options: Roomy);
            long expected = Math.Clamp((cut - VolumeHeader.SizeBytes) / recordLength, 0, Count);
            Assert.Equal(expected, store.Usage.Objects);
            if (expected > 0) Assert.True(await store.HoldsAsync((int)expected - 1));
            Assert.Equal(StoreStatus.Done, await store.PutAsync(1000));
        }
    }

    /// <summary>Flips bits everywhere: one record is lost at most, nothing false is ever told, and nothing keeps the store from opening.</summary>
    [Fact]
    public async Task Rot_anywhere_costs_at_most_the_record_it_hit()
    {
        FaultyFolder whole = await FilledAsync(Roomy);
        long length = whole.Files.Values.Single().Length;
        for (int at = 0; at < length; at += 3)
        {
            FaultyFolder folder = whole.AfterKill();
            folder.Files.Values.Single().Damage(bytes => bytes[at] ^= 0x40);
            await using VolumeStore store = Stores.Open(folder, options: Roomy);
            int held = 0;
            for (int i = 0; i < Count; i++)
            {
                if (await store.HoldsAsync(i)) held++;
                else Assert.True((await store.GetAsync(i)).Status is StoreStatus.NotFound or StoreStatus.Corrupt, $"byte {at}, object {i}");
            }

            Assert.True(held >= Count - 1, $"byte {at}: {held} held");
            Assert.Equal(0, store.Usage.Unexpected);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(512)]
    [InlineData(1024)]
    public async Task A_page_of_zeros_in_the_middle_costs_only_what_lay_in_it(int at)
    {
        FaultyFolder folder = await FilledAsync(Roomy);
        folder.Files.Values.Single().Damage(bytes => bytes.AsSpan(at, 512).Clear());
        var observer = new RecordingObserver();
        await using VolumeStore store = Stores.Open(folder, observer, Roomy);
        int held = 0;
        for (int i = 0; i < Count; i++) held += await store.HoldsAsync(i) ? 1 : 0;
        Assert.InRange(held, Count - 4, Count - 2);
        Assert.True(store.Usage.RottenBytes >= 512 - RecordHeader.RecordLengthOf(12, 100));
    }

    [Fact]
    public async Task A_page_that_cannot_be_read_is_neither_cut_off_nor_compacted_away()
    {
        FaultyFolder folder = await FilledAsync(Roomy);
        byte[] before = folder.Files.Values.Single().Live;
        int reads = 0;
        folder.Fault = operation => operation == "read" && reads++ < 1000 ? FaultyFolder.Broken() : null;
        await using (VolumeStore store = Stores.Open(folder, options: Roomy))
        {
            folder.Fault = _ => null;
            Assert.Equal(0, store.Usage.Objects);
            Assert.Equal(StoreStatus.Done, await store.PutAsync(1000));
            Assert.False((await store.CompactAsync(long.MaxValue)).Worked);
        }

        await using VolumeStore again = Stores.Open(folder.AfterKill(), options: Roomy);
        Assert.Equal(before, folder.Files.MinBy(file => file.Key, StringComparer.Ordinal).Value.Live);
        Assert.Equal(Count + 1, again.Usage.Objects);
    }

    [Fact]
    public async Task A_torn_record_before_a_whole_one_never_comes_to_be_believed()
    {
        // Two records in one group, never synced as far as anyone can prove; the first one's content did not reach the disk.
        FaultyFolder folder = await GroupOfTwoAsync();
        FaultyFile volume = folder.Files.Values.Single();
        long recordLength = RecordHeader.RecordLengthOf(12, 100);
        volume.Truncate(VolumeHeader.SizeBytes + (3 * recordLength));
        volume.Damage(bytes => bytes.AsSpan(VolumeHeader.SizeBytes + (int)recordLength + RecordHeader.SizeBytes + 12, 100).Clear());
        for (int life = 0; life < 3; life++)
        {
            await using VolumeStore store = Stores.Open(folder, options: Roomy);
            Assert.Equal(StoreStatus.NotFound, (await store.GetAsync(1)).Status);
            Assert.True(await store.HoldsAsync(2));
            Assert.Equal(StoreStatus.Done, await store.PutAsync(10 + life));
        }
    }

    [Fact]
    public async Task Content_that_looks_like_records_is_never_taken_for_some()
    {
        // A node stores another node's volume as content; then the record around it loses its header.
        FaultyFolder other = await FilledAsync(Roomy);
        byte[] forged = other.Files.Values.Single().Live[..1800];
        FaultyFolder folder = await FilledAsync(Roomy, count: 0, work: async store =>
        {
            await store.ChangeAsync(new StoreWrite(1, Probe.Id(500), 1, default, new Core.Content.MemoryContent(forged)));
            await store.PutAsync(501);
        });
        folder.Files.Values.Single().Damage(bytes => bytes[VolumeHeader.SizeBytes + 30] ^= 1);
        await using VolumeStore store = Stores.Open(folder, options: Roomy);
        Assert.Equal([Probe.Id(501)], store.Entries.Select(entry => entry.Object));
    }

    [Fact]
    public async Task What_an_open_lists_is_made_durable_first()
    {
        // A killed process leaves records in the kernel's memory only; the node that starts next must not vouch for them before they are safe.
        var folder = new FaultyFolder();
        await using (VolumeStore store = Stores.Open(folder, options: Roomy))
        {
            await store.PutAsync(1);
        }

        await using VolumeStore again = Stores.Open(folder, options: Roomy);
        FaultyFolder after = folder.AfterPowerLoss(new Random(1));
        await using VolumeStore last = Stores.Open(after, options: Roomy);
        Assert.True(await last.HoldsAsync(1));
        Assert.True(folder.FileSyncs >= 2);
    }

    [Fact]
    public async Task A_volume_that_cannot_be_opened_or_is_foreign_does_not_keep_the_rest_away()
    {
        FaultyFolder folder = await FilledAsync(Stores.Small, count: 60);
        Assert.True(folder.Files.Count > 1);
        folder.Files.MinBy(file => file.Key, StringComparer.Ordinal).Value.Damage(bytes => Probe.Bytes(bytes.Length, 3).CopyTo(bytes, 0));
        folder.Create("notes.txt");
        await using VolumeStore store = Stores.Open(folder);
        Assert.InRange(store.Usage.Objects, 20, 59);
        Assert.Equal(0, store.Usage.Unexpected);
    }

    private static readonly StoreOptions Roomy = Stores.Small with { CapacityBytes = 1 << 20 };

    private static (StoreStatus Status, Blob Meta) Answer(StoreGot got) => (got.Status, got.Meta);

    /// <summary>Object 0 in a group of its own, then 1 and 2 in one.</summary>
    private static async Task<FaultyFolder> GroupOfTwoAsync()
    {
        var folder = new FaultyFolder();
        using var syncing = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        folder.Fault = operation =>
        {
            if (operation != "sync file") return null;
            syncing.Set();
            return go.Wait(Probe.Deadline) ? null : FaultyFolder.Broken();
        };
        await using (VolumeStore store = Stores.Open(folder, options: Roomy))
        {
            Task<StoreStatus> first = store.PutAsync(0);
            Assert.True(syncing.Wait(Probe.Deadline));
            Task<StoreStatus>[] two = [store.PutAsync(1), store.PutAsync(2)];
            go.Set();
            await Task.WhenAll([first, .. two]);
            Assert.Equal(2, folder.FileSyncs);
        }

        folder.Fault = _ => null;
        return folder;
    }

    private static async Task<FaultyFolder> FilledAsync(StoreOptions options, Func<VolumeStore, Task>? work = null, int count = Count)
    {
        var folder = new FaultyFolder();
        await using (VolumeStore store = Stores.Open(folder, options: options))
        {
            for (int i = 0; i < count; i++) await store.PutAsync(i);
            if (work is not null) await work(store);
        }

        return folder;
    }
}
