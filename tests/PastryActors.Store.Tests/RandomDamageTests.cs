using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Store.Format;
using PastryActors.Store.Tests.Support;

namespace PastryActors.Store.Tests;

/// <summary>
/// Whatever happens to a folder between two starts: the store starts, what was not hit is there, what was hit is not served with other bytes, and
/// somebody is told. PASTRY_SEEDS runs more of it.
/// </summary>
public sealed class RandomDamageTests
{
    private const int Objects = 40;

    private static readonly int Seeds = int.TryParse(Environment.GetEnvironmentVariable("PASTRY_SEEDS"), out int seeds) ? seeds : 150;

    [Fact]
    public async Task Damage_of_any_kind_costs_what_it_hit_is_told_and_is_never_served()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            var random = new Random(seed);
            FaultyFolder folder = await FilledAsync();
            Dictionary<string, byte[]> before = folder.Files.ToDictionary(f => f.Key, f => f.Value.Live);
            string what = Harm(folder, random);
            var observer = new RecordingObserver();
            await using VolumeStore store = Stores.Open(folder, observer);
            store.Scrub(long.MaxValue);
            int lost = 0;
            for (int i = 0; i < Objects; i++)
            {
                if (await store.HoldsAsync(i)) continue;
                lost++;
                StoreGot got = await store.GetAsync(i);
                Assert.True(got.Status == StoreStatus.NotFound, $"seed {seed}, {what}: object {i} is answered {got.Status}");
                Assert.True(WasHit(folder, before, i), $"seed {seed}, {what}: object {i} was not hit and is gone");
                Assert.Equal(StoreStatus.Done, await store.PutAsync(i));
            }

            bool isSilent = what is "delete" or "everything";
            Assert.True(lost == 0 || isSilent || !observer.Facts.IsEmpty, $"seed {seed}, {what}: {lost} objects are gone and nobody was told");
            for (int i = 0; i < Objects; i++) Assert.True(await store.HoldsAsync(i), $"seed {seed}, {what}: object {i} cannot be had back");
            Assert.Equal(0, store.Usage.Unexpected);
        }
    }

    private static string Harm(FaultyFolder folder, Random random)
    {
        FaultyFile[] files = [.. folder.Files.OrderBy(f => f.Key).Select(f => f.Value)];
        FaultyFile file = files[random.Next(files.Length)];
        switch (random.Next(7))
        {
            case 0:
                file.Damage(bytes => bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8)));
                return "a bit";
            case 1:
                for (int flips = random.Next(1, 20); flips > 0; flips--) file.Damage(bytes => bytes[random.Next(bytes.Length)] = (byte)random.Next(256));
                return "bytes";
            case 2:
                file.Damage(bytes => random.NextBytes(bytes.AsSpan(random.Next(VolumeHeader.SizeBytes))[..1]));
                return "the volume's header";
            case 3:
                folder.Replace(file, file.Live[..random.Next(file.Live.Length)]);
                return "truncated";
            case 4:
                folder.Replace(file, []);
                return "emptied";
            case 5:
                foreach (string name in random.Next(4) == 0 ? folder.Files.Keys.ToArray() : [folder.Files.First(f => f.Value == file).Key]) folder.Delete(name);
                return folder.Files.Count == 0 ? "everything" : "delete";
            default:
                byte[] garbage = new byte[file.Live.Length];
                random.NextBytes(garbage);
                folder.Replace(file, garbage);
                return "garbage";
        }
    }

    /// <summary>Whether any byte of the object's record, or of its volume's existence, is not what it was.</summary>
    private static bool WasHit(FaultyFolder now, Dictionary<string, byte[]> before, int number)
    {
        FileId id = Probe.Id(number);
        foreach ((string name, byte[] bytes) in before)
        {
            Assert.True(VolumeName.TryParse(name, out VolumeName volume));
            for (int at = VolumeHeader.SizeBytes; at + RecordHeader.SizeBytes <= bytes.Length; at += RecordHeader.AlignmentBytes)
            {
                if (!RecordHeader.TryRead(bytes.AsSpan(at), volume.Marker, out RecordHeader header) || header.Object != id) continue;
                byte[] live = now.Files.TryGetValue(name, out FaultyFile? file) ? file.Live : [];
                int end = at + (int)header.RecordLength;
                return live.Length < end || !live.AsSpan(at, end - at).SequenceEqual(bytes.AsSpan(at, end - at));
            }
        }

        return false;
    }

    private static async Task<FaultyFolder> FilledAsync()
    {
        var folder = new FaultyFolder();
        await using VolumeStore store = Stores.Open(folder);
        for (int i = 0; i < Objects; i++) await store.PutAsync(i);
        return folder;
    }
}
