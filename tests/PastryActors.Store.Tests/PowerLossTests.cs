using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Store.Tests.Support;

namespace PastryActors.Store.Tests;

/// <summary>
/// Random work against a model, with the power failing at random operations of the disk, again and again on what is left. The model
/// keeps for each object the states that the store's answers allow; what the next start finds must be one of them.
/// </summary>
public sealed class PowerLossTests
{
    private const int Objects = 24;
    private const int Absent = 0;
    private const int Tombstone = -1;

    [Theory]
    [MemberData(nameof(Seeds), 60)]
    public async Task What_was_acknowledged_survives_power_loss(int seed) => await RunAsync(seed, (folder, random) => folder.AfterPowerLoss(random));

    [Theory]
    [MemberData(nameof(Seeds), 20)]
    public async Task What_was_acknowledged_survives_a_kill(int seed) => await RunAsync(seed, (folder, _) => folder.AfterKill());

    public static TheoryData<int> Seeds(int count) => [.. Enumerable.Range(1, count)];

    private static async Task RunAsync(int seed, Func<FaultyFolder, Random, FaultyFolder> crash)
    {
        var random = new Random(seed);
        var faults = new Random(-seed);
        var folder = new FaultyFolder();
        HashSet<int>[] allowed = [.. Enumerable.Range(0, Objects).Select(_ => new HashSet<int> { Absent })];
        int version = 0;
        for (int life = 0; life < 6; life++)
        {
            await using (VolumeStore store = Stores.Open(folder))
            {
                for (int id = 0; id < Objects; id++) await CheckAsync(store, id, allowed[id], $"seed {seed}, life {life}, object {id}");
                folder.PowerFailsAt = folder.Operations + random.Next(1, 120);
                folder.Fault = _ => faults.Next(60) == 0 ? (faults.Next(2) == 0 ? FaultyFolder.NoSpace() : FaultyFolder.Broken()) : null;
                for (int round = 0; round < 40 && folder.Operations < folder.PowerFailsAt; round++) version = await RoundAsync(store, random, allowed, version);
                Assert.Equal(0, store.Usage.Unexpected);
            }

            folder = crash(folder, random);
        }
    }

    private static async Task<int> RoundAsync(VolumeStore store, Random random, HashSet<int>[] allowed, int version)
    {
        var asked = new List<(int Id, int After, Task<StoreStatus> Answer)>();
        for (int i = random.Next(1, 8); i > 0; i--)
        {
            int id = random.Next(Objects);
            asked.Add(random.Next(5) switch
            {
                0 => (id, Absent, store.RemoveAsync(id)),
                1 when random.Next(3) == 0 => (id, Tombstone, store.RemoveAsync(id, Probe.Meta(Tombstone))),
                _ => (id, ++version, store.ChangeAsync(Version(id, version))),
            });
        }

        Task compaction = random.Next(3) == 0 ? store.CompactAsync(random.Next(1, 4000)) : Task.CompletedTask;
        foreach ((int id, int after, Task<StoreStatus> answer) in asked)
        {
            StoreStatus status = await answer;
            if (status == StoreStatus.Done) allowed[id].Clear();
            if (status is StoreStatus.Done or StoreStatus.Failed or StoreStatus.Full) allowed[id].Add(after);
        }

        await compaction.WaitAsync(Probe.Deadline);
        return version;
    }

    private static StoreWrite Version(int id, int version) =>
        new(0, Probe.Id(id), (ulong)version, Probe.Meta(version), version % 7 == 0 ? null : new MemoryContent(Probe.Bytes(version * 37 % 1500, version)));

    /// <summary>The object must be in one of the allowed states, to the byte; from here on that is the state it is in.</summary>
    private static async Task CheckAsync(VolumeStore store, int id, HashSet<int> allowed, string where)
    {
        StoreGot got = await store.GetAsync(id);
        int found = got.Status switch
        {
            StoreStatus.NotFound => Absent,
            StoreStatus.Done => BitConverter.ToInt32(got.Meta.Span),
            _ => throw new InvalidOperationException($"{where}: {got.Status}"),
        };
        Assert.True(allowed.Contains(found), $"{where}: found {found}, allowed {string.Join(' ', allowed)}");
        if (found > 0) AssertSame(Version(id, found), got, where);
        allowed.RemoveWhere(state => state != found);
    }

    private static void AssertSame(StoreWrite written, StoreGot got, string where)
    {
        Assert.True(got.Meta == written.Meta, where);
        Assert.Equal(written.Content is null, got.Content is null);
        if (written.Content is MemoryContent content) Assert.True(((MemoryContent)got.Content!).Bytes.Span.SequenceEqual(content.Bytes.Span), where);
    }
}
