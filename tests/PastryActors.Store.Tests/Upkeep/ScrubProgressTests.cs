using System.Text;
using PastryActors.Store.Tests.Support;
using PastryActors.Store.Upkeep;

namespace PastryActors.Store.Tests.Upkeep;

public sealed class ScrubProgressTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly FaultyFolder _folder = new();

    [Fact]
    public async Task A_store_that_starts_anew_after_every_step_still_reads_everything_once_a_pass()
    {
        await FillAsync(100);
        int objects = 0, steps = 0;
        for (bool complete = false; !complete; steps++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await using VolumeStore store = Open();
            ScrubStep step = store.Scrub(600);
            (objects, complete) = (objects + step.CheckedObjects, step.PassComplete);
            Assert.InRange(steps, 0, 100);
        }

        // Where a step ended in the middle of a volume, its next record is read again.
        Assert.InRange(objects, 100, 100 + steps);
        await using VolumeStore last = Open();
        Assert.Equal(_time.GetUtcNow(), last.ScrubProgress.Completed);
        Assert.Null(last.ScrubProgress.Under);
    }

    [Fact]
    public async Task What_is_held_is_as_old_as_the_oldest_proof_that_it_is_whole()
    {
        DateTimeOffset written = _time.GetUtcNow();
        await FillAsync(60);
        _time.Advance(TimeSpan.FromDays(10));
        await using (VolumeStore store = Open())
        {
            Assert.Equal(written, store.ScrubProgress.OldestVerifiedAt);
            Assert.Equal(TimeSpan.FromDays(10), (await store.GetAsync(3, metaOnly: true)).VerifiedAgo);
            Assert.Equal(TimeSpan.Zero, (await store.GetAsync(3)).VerifiedAgo);
            DateTimeOffset scrubbed = _time.GetUtcNow();
            store.Scrub(long.MaxValue);
            _time.Advance(TimeSpan.FromDays(1));
            Assert.Equal(scrubbed, store.ScrubProgress.OldestVerifiedAt);
        }

        await using VolumeStore again = Open();
        Assert.Equal(TimeSpan.FromDays(1), (await again.GetAsync(3, metaOnly: true)).VerifiedAgo);
    }

    [Fact]
    public async Task A_volume_that_the_disk_would_not_give_is_not_said_to_be_whole()
    {
        await FillAsync(10);
        _time.Advance(TimeSpan.FromDays(10));
        await using VolumeStore store = Open();
        _folder.Fault = operation => operation == "read" ? FaultyFolder.Broken() : null;
        Assert.True(store.Scrub(long.MaxValue).PassComplete);
        _folder.Fault = _ => null;
        Assert.Equal(_time.GetUtcNow() - TimeSpan.FromDays(10), store.ScrubProgress.OldestVerifiedAt);
    }

    [Theory]
    [InlineData("")]
    [InlineData("something else\n")]
    [InlineData("pastry scrub 1\npass\nvolume x 5\nhalf 00000001-0000000000000000.volume -1 99999999999999999999\ncompleted ninety\n\0\0\0")]
    public async Task A_ledger_that_cannot_be_read_costs_reading_again_and_nothing_else(string ledger)
    {
        await FillAsync(10);
        _folder.Notes["scrub"] = Encoding.ASCII.GetBytes(ledger);
        await using VolumeStore store = Open();
        Assert.Null(store.ScrubProgress.OldestVerifiedAt);
        Assert.Null((await store.GetAsync(3, metaOnly: true)).VerifiedAgo);
        Assert.Equal(10, store.Scrub(long.MaxValue).CheckedObjects);
        Assert.Equal(_time.GetUtcNow(), store.ScrubProgress.OldestVerifiedAt);
    }

    [Fact]
    public void It_reads_as_fast_as_it_must_to_be_done_in_time_and_never_faster_than_it_may()
    {
        DateTimeOffset now = _time.GetUtcNow();
        var options = new CaretakerOptions { ScrubPeriod = TimeSpan.FromDays(30) };
        ScrubProgress Left(long bytes, TimeSpan since) => new(now - since, now - since, null, bytes, bytes, null);
        Assert.Equal(options.ScrubBytesPerSecondMin, StoreCaretaker.SpeedFor(Left(1 << 20, TimeSpan.Zero), now, options));
        Assert.InRange(StoreCaretaker.SpeedFor(Left(8L << 40, TimeSpan.Zero), now, options), 4_500_000, 4_530_000);
        Assert.InRange(StoreCaretaker.SpeedFor(Left(8L << 40, TimeSpan.FromDays(15)), now, options), 13_500_000, 13_600_000);
        Assert.Equal(options.ScrubBytesPerSecondMax, StoreCaretaker.SpeedFor(Left(1 << 20, TimeSpan.FromDays(31)), now, options));
    }

    public void Dispose() => _folder.Dispose();

    private async Task FillAsync(int count)
    {
        await using VolumeStore store = Open();
        for (int i = 0; i < count; i++) await store.PutAsync(i);
    }

    private VolumeStore Open() => VolumeStore.Open(Stores.Small, _folder, new RecordingObserver(), _time);

    private sealed class ManualTime : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(TimeSpan by) => _now += by;
    }
}
