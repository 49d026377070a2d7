using PastryActors.Core.Content;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Node.Files;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;
using PastryActors.Past.Trees;

namespace PastryActors.Node.Upkeep;

/// <summary>
/// Looks after the coded files whose tree this node holds, as the closest of its live holders: once a period it asks for every chunk of them, and makes those again that are missing, out of the others of their stripes. A chunk is made
/// again when it is missing at two looks, so that a node that restarts costs nothing; at once where half of a stripe's parity is gone. The owner is not needed: the tree has the owner's signature of every chunk.
/// </summary>
internal sealed class StripeKeeper(INodeAccess node, RingId self, FileReader reader, FileTransferOptions options, Func<IEnumerable<FileId>> codedFiles, TimeProvider time)
{
    /// <summary>Chunks asked for at once: a look must not be felt.</summary>
    private const int LooksAtOnce = 8;

    /// <summary>Chunks asked for in a second at most: a terabyte in three hours, and a few hundred small messages a second.</summary>
    private const int LooksPerSecond = 100;

    /// <summary>Chunks remembered as missing from one look to the next. One that is not makes its chunk come back without a second look.</summary>
    private const int RememberedMax = 4096;

    private Dictionary<FileId, HashSet<FileId>> _missing = [];
    private Report _report = new(0, 0, 0, 0, 0, "");

    /// <summary>Whether it rests.</summary>
    public bool Paused { get; set; }

    /// <summary>Whether it is at work.</summary>
    public bool Works { get; private set; }

    /// <summary>How it is.</summary>
    public Report Now => Volatile.Read(ref _report);

    /// <summary>Works until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(options.CodedCheckPeriod, time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            if (!Paused) await LapAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>Looks at all of them once.</summary>
    public async Task LapAsync(CancellationToken stop)
    {
        Works = true;
        Report lap = Now with { Files = 0, Missing = 0, Lost = 0, LastError = "" };
        Dictionary<FileId, HashSet<FileId>> missing = [];
        foreach (FileId file in codedFiles())
        {
            if (Paused) break;
            Look look = await TryKeepAsync(file, stop).ConfigureAwait(false);
            if (look.Left.Count > 0 && missing.Values.Sum(m => m.Count) < RememberedMax) missing[file] = look.Left;
            lap = lap with
            {
                Files = lap.Files + (look.IsKeeper ? 1 : 0),
                Missing = lap.Missing + look.Left.Count,
                Lost = lap.Lost + look.Lost,
                Restored = lap.Restored + look.Restored,
                LastError = look.Error.Length > 0 ? $"{file}: {look.Error}" : lap.LastError,
            };
            Volatile.Write(ref _report, lap with { Files = Math.Max(lap.Files, Now.Files), Missing = Math.Max(lap.Missing, Now.Missing), Lost = Math.Max(lap.Lost, Now.Lost) });
        }

        _missing = missing;
        Works = false;
        Volatile.Write(ref _report, lap with { Laps = lap.Laps + 1 });
    }

    // What goes wrong with one file is left for the next lap, and does not keep the others from being looked at.
    private async Task<Look> TryKeepAsync(FileId file, CancellationToken stop)
    {
        var look = new Look();
        try
        {
            await KeepAsync(file, look, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RequestFailedException or InvalidOperationException)
        {
            look.Error = e.Message;
        }

        return look;
    }

    private async Task KeepAsync(FileId file, Look look, CancellationToken stop)
    {
        ObjectInspected tree = await InspectAsync(file, stop).ConfigureAwait(false);
        if (StripeCensus.HolderOf(tree) != self) return;
        look.IsKeeper = true;
        OpenFile open = await reader.OpenAsync(file, stop).ConfigureAwait(false);
        if (open.Top is not { Code.IsNone: false } top) return;
        var certificates = new Lazy<RowCertificates>(() => new RowCertificates(top, file, open.Certificate.Owner));
        for (int stripe = 0; stripe < top.Code.StripesOf(top.ChildCount) && !Paused; stripe++)
        {
            Dictionary<int, TreeChild> gone = await LookAsync(open, stripe, stop).ConfigureAwait(false);
            await Task.Delay(TimeSpan.FromSeconds((double)top.Code.Rows / LooksPerSecond), time, stop).ConfigureAwait(false);
            if (gone.Count > 0) await RestoreAsync(open, stripe, gone, certificates, look, stop).ConfigureAwait(false);
        }
    }

    // The chunks of a stripe that no node has; who does not answer may have some, and they count as missing, too.
    private async Task<Dictionary<int, TreeChild>> LookAsync(OpenFile file, int stripe, CancellationToken stop)
    {
        Dictionary<int, TreeChild> gone = [];
        await Parallel.ForEachAsync(file.Top!.Stripe(stripe), new ParallelOptions { MaxDegreeOfParallelism = LooksAtOnce, CancellationToken = stop }, async (row, cancel) =>
        {
            ObjectInspected seen = await InspectAsync(FileReader.PartOf(file, file.Top, row.Value).Id, cancel).ConfigureAwait(false);
            if (StripeCensus.HolderOf(seen) is not null) return;
            lock (gone) gone.Add(row.Key, row.Value);
        }).ConfigureAwait(false);
        return gone;
    }

    private async Task RestoreAsync(OpenFile file, int stripe, Dictionary<int, TreeChild> gone, Lazy<RowCertificates> certificates, Look look, CancellationToken stop)
    {
        HashTreeNode top = file.Top!;
        if (gone.Count > top.Code.Parity) look.Lost++;
        bool isUrgent = gone.Count * 2 > top.Code.Parity;
        HashSet<FileId> before = _missing.GetValueOrDefault(file.File, []);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(stop);
        StripeFetch others = reader.Stripe(file, stripe, done.Token);
        foreach ((int row, TreeChild child) in gone)
        {
            FileId id = FileReader.PartOf(file, top, child).Id;
            bool isDue = (isUrgent || before.Contains(id)) && gone.Count <= top.Code.Parity;
            if (isDue) await PaceAsync(top.DataCountOf(stripe) * child.Size, stop).ConfigureAwait(false);
            if (!isDue || Paused || !await TryRestoreAsync(others, row, certificates.Value.Of(child), look, stop).ConfigureAwait(false)) look.Left.Add(id);
        }

        await done.CancelAsync().ConfigureAwait(false);
    }

    // Whoever reclaims a file buries its parts one after the other, those that were missing not at all: a chunk made again then would be nobody's.
    private async Task<bool> TryRestoreAsync(StripeFetch others, int row, ObjectCertificate certificate, Look look, CancellationToken stop)
    {
        try
        {
            MemoryContent content = await others.RebuildAsync(row).ConfigureAwait(false);
            ObjectInspected tree = await InspectAsync(certificate.File, stop).ConfigureAwait(false);
            if (tree.Holders.ToArray().Any(h => h.State == HolderState.Reclaimed)) return false;
            await node.AskAsync<ObjectInserted>(r => new InsertObject(r, options.RequestTimeout, certificate, content, OfferFirst: false), stop).ConfigureAwait(false);
            look.Restored++;
            return true;
        }
        catch (RequestFailedException e)
        {
            look.Error = e.Message;
            return false;
        }
    }

    // At the rate, and under the orders, of the repair of replicas.
    private async Task PaceAsync(long bytes, CancellationToken stop)
    {
        RepairSteered steered = await node.AskAsync<RepairSteered>(r => new SteerRepair(r, options.RequestTimeout, null, null, null), stop).ConfigureAwait(false);
        await Task.Delay(TimeSpan.FromSeconds((double)bytes / Math.Max(steered.Status.BytesPerSecond, 1)), time, stop).ConfigureAwait(false);
    }

    private Task<ObjectInspected> InspectAsync(FileId id, CancellationToken stop) =>
        node.AskAsync<ObjectInspected>(r => new InspectObject(r, options.RequestTimeout, id, ReadBack: false), stop);

    /// <summary>How it is.</summary>
    /// <param name="Laps">Laps done since the start.</param>
    /// <param name="Files">Coded files that it is the keeper of.</param>
    /// <param name="Missing">Chunks of theirs that no node had at the last look.</param>
    /// <param name="Lost">Stripes of theirs of which too many chunks were missing.</param>
    /// <param name="Restored">Chunks made again since the start.</param>
    internal sealed record Report(long Laps, long Files, long Missing, long Lost, long Restored, string LastError);

    /// <summary>What was found at one file.</summary>
    private sealed class Look
    {
        public bool IsKeeper { get; set; }

        public HashSet<FileId> Left { get; } = [];

        public int Lost { get; set; }

        public int Restored { get; set; }

        public string Error { get; set; } = "";
    }
}
