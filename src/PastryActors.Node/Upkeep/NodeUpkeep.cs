using System.Globalization;
using System.Text.Json;
using PastryActors.Client;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Node.Files;
using PastryActors.Past.Holding;
using PastryActors.Past.Requests;
using PastryActors.Store;
using PastryActors.Store.Upkeep;

namespace PastryActors.Node.Upkeep;

/// <summary>
/// The background work of one node as one thing: k is restored by the core, scrub and compaction are the store's. Also tells the core, every few
/// seconds, what only the host knows, so that the node can answer when others ask how it is.
/// </summary>
internal sealed class NodeUpkeep : INodeUpkeep, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan NotePeriod = TimeSpan.FromSeconds(5);

    private readonly INodeAccess _node;
    private readonly RingId _id;
    private readonly VolumeStore _store;
    private readonly StoreCaretaker _caretaker;
    private readonly StripeKeeper _stripes;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public NodeUpkeep(INodeAccess node, RingId id, VolumeStore store, CaretakerOptions options, FileTransferOptions transfer, TimeProvider time)
    {
        (_node, _id, _store, _time) = (node, id, store, time);
        _caretaker = new StoreCaretaker(store, options, time);
        _stripes = new StripeKeeper(node, id, new FileReader(node, transfer), transfer, () => [.. store.Entries.Where(e => StoredFiles.IsCoded(e)).Select(e => e.Object)], time);
    }

    /// <summary>Begins to work.</summary>
    public void Start() => _running = Task.WhenAll(_caretaker.RunAsync(_stopping.Token), Task.Run(() => _stripes.RunAsync(_stopping.Token)), Task.Run(() => NoteAsync(_stopping.Token)));

    /// <inheritdoc/>
    public Task<RepairDescription> DescribeAsync(CancellationToken cancellation) => SteerCoreAsync(null, null, null, cancellation);

    /// <inheritdoc/>
    public Task<RepairDescription> SteerAsync(RepairOrder order, CancellationToken cancellation)
    {
        bool? pauses = order.Action switch { "pause" => true, "resume" => false, _ => null };
        if (pauses is { } paused && order.Worker is null or "scrub") _caretaker.ScrubPaused = paused;
        if (pauses is { } rests && order.Worker is null or "compaction") _caretaker.CompactionPaused = rests;
        if (pauses is { } halts && order.Worker is null or "stripes") _stripes.Paused = halts;
        if (order.Action == "scrub") _caretaker.ScrubNow();
        return SteerCoreAsync(order.Worker is null or "replicas" ? pauses : null, order.BytesPerSecond, order.ObjectsAtOnce, cancellation);
    }

    /// <summary>The host's side, as of now.</summary>
    public HostUpkeep Host
    {
        get
        {
            StoreUsage usage = _store.Usage;
            DateTimeOffset now = _time.GetUtcNow();
            return new HostUpkeep(
                now.ToUnixTimeMilliseconds(), usage.UsedBytes, usage.CapacityBytes, usage.Quarantined, usage.RottenBytes,
                now - _store.ScrubProgress.OldestVerifiedAt, _caretaker.ScrubPeriod, _caretaker.ScrubPaused, _caretaker.CompactionPaused)
            {
                ChunksMissing = _stripes.Now.Missing,
                StripesLost = _stripes.Now.Lost,
                StripesPaused = _stripes.Paused,
            };
        }
    }

    /// <summary>Figures for /metrics.</summary>
    public void AddTo(Dictionary<string, long> counters)
    {
        counters["scrubbed_bytes"] = _caretaker.ScrubbedBytes;
        counters["scrub_passes"] = _caretaker.ScrubPasses;
        counters["scrub_damaged"] = _caretaker.ScrubDamaged;
        counters["coded_files_kept"] = _stripes.Now.Files;
        counters["coded_chunks_missing"] = _stripes.Now.Missing;
        counters["coded_stripes_lost"] = _stripes.Now.Lost;
        counters["coded_chunks_restored"] = _stripes.Now.Restored;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task<RepairDescription> SteerCoreAsync(bool? paused, long? bytesPerSecond, int? objectsAtOnce, CancellationToken cancellation)
    {
        RepairSteered steered = await _node.AskAsync<RepairSteered>(id => new SteerRepair(id, Patience, paused, bytesPerSecond, objectsAtOnce), cancellation).ConfigureAwait(false);
        await NoteOnceAsync(cancellation).ConfigureAwait(false);
        RepairStatus s = steered.Status;
        BackgroundWorker[] workers = [Replicas(s), Pointers(s), Stripes(s), Scrub(), Compaction()];
        return new RepairDescription(
            _id.ToString(), workers.Any(w => w.State == "paused"), s.UnderReplicated, [.. s.Examples.Select(e => e.ToString())], s.BytesPerSecond, s.ObjectsAtOnce, workers);
    }

    private static BackgroundWorker Replicas(RepairStatus s) => new(
        "replicas", NameOf(s.Activity), s.Waiting + s.UnderWay, s.Restored, s.BytesPerSecond, s.LastError,
        $"{s.UnderReplicated} objects are missing here, {s.UnderWay} being fetched, {s.NoRoom} without room; {s.RestoredBytes} bytes restored");

    private static BackgroundWorker Pointers(RepairStatus s) => new(
        "pointers", s.Activity == RepairActivity.Paused ? "paused" : "idle", 0, s.BroughtHome, null, "", $"{s.BroughtHome} objects came home that a neighbour had held; goes with replicas");

    private BackgroundWorker Stripes(RepairStatus s)
    {
        StripeKeeper.Report r = _stripes.Now;
        string state = _stripes.Paused ? "paused" : _stripes.Works ? "working" : "idle";
        return new BackgroundWorker(
            "stripes", state, r.Missing, r.Restored, s.BytesPerSecond, r.LastError,
            $"of {r.Files} coded files kept here {r.Missing} chunks are missing, and {r.Lost} stripes cannot be read; {r.Restored} chunks made again, {r.Laps} rounds done");
    }

    private BackgroundWorker Scrub()
    {
        ScrubProgress p = _store.ScrubProgress;
        string state = _caretaker.ScrubPaused ? "paused" : p.Under is null ? "idle" : "working";
        string last = p.Completed is { } completed ? string.Create(CultureInfo.InvariantCulture, $"the last pass ended {completed:u}") : "no pass has ended yet";
        string detail = p.Under is null ? last : $"{p.LiveBytes - p.LeftBytes} of {p.LiveBytes} bytes read in this pass; {last}";
        string error = _caretaker.ScrubDamaged > 0 ? $"{_caretaker.ScrubDamaged} objects were damaged, and are fetched again" : "";
        return new BackgroundWorker("scrub", state, p.LeftBytes, _caretaker.ScrubbedBytes, _caretaker.ScrubBytesPerSecond, error, detail);
    }

    private BackgroundWorker Compaction()
    {
        StoreUsage usage = _store.Usage;
        string state = _caretaker.CompactionPaused ? "paused" : _caretaker.Compacts ? "working" : "idle";
        return new BackgroundWorker(
            "compaction", state, 0, usage.Compactions, null, "", $"{usage.UsedBytes - usage.LiveBytes} bytes are of removed objects; {usage.MovedBytes} bytes moved");
    }

    private static string NameOf(RepairActivity activity) => JsonNamingPolicy.KebabCaseLower.ConvertName(activity.ToString());

    private async Task NoteAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await NoteOnceAsync(stop).ConfigureAwait(false);
            await Task.Delay(NotePeriod, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A node that cannot take it now is told again in a moment.
    private Task NoteOnceAsync(CancellationToken stop) => _node.AskAsync(id => new NoteUpkeep(id, Patience, Host), stop);
}
