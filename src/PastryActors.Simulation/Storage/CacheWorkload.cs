using System.Globalization;
using PastryActors.Core.Driving;
using PastryActors.Past.Requests;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.Scenarios;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Storage;

/// <summary>
/// The paper's caching experiment (SOSP 2001, section 5.2): clients at a third of the nodes ask for files; the first request for one inserts it, every
/// other looks it up. Counts hits and hops by how full the ring was, in windows.
/// </summary>
public sealed class CacheWorkload(SimRing ring, StorageWorkload files, RandomSource random)
{
    private const double ClientsPerNode = 775.0 / FileTrace.FullNodes;
    private const int WindowPercent = 10;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Stride = TimeSpan.FromMilliseconds(1);

    private readonly RequestTrace _trace = new(random);
    private readonly List<SimAsk> _open = [];
    private readonly SimNode[] _clients = [.. ring.Active.Take(Math.Max(1, (int)(ring.World.Nodes.Count * ClientsPerNode)))];
    private readonly Window[] _windows = [.. Enumerable.Range(0, (100 / WindowPercent) + 1).Select(_ => new Window())];
    private long _hitsBefore;

    /// <summary>Makes so many requests, at most <paramref name="window"/> at once, and waits until all have ended.</summary>
    public void Run(int requests, int window)
    {
        for (int begun = 0; begun < requests || _open.Count + files.OpenCount > 0;)
        {
            for (; begun < requests && _open.Count + files.OpenCount < window; begun++) Begin(_clients[random.Next(_clients.Length)]);
            ring.World.RunFor(Stride);
            files.Collect(_trace.Stored);
            _open.RemoveAll(Ended);
            NoteHits();
        }
    }

    /// <summary>Adds hit rate and hops of each window (from its utilization in percent on) and over all.</summary>
    public void AddTo(Figures figures)
    {
        files.Tally.AddTo(figures, files.Utilization);
        for (int i = 0; i < _windows.Length; i++)
        {
            if (_windows[i].Found > 0) _windows[i].AddTo(figures, string.Create(CultureInfo.InvariantCulture, $"from{i * WindowPercent}."));
        }

        var all = new Window { Lookups = _windows.Sum(w => w.Lookups), Found = _windows.Sum(w => w.Found), Hops = _windows.Sum(w => w.Hops), Hits = _windows.Sum(w => w.Hits) };
        all.AddTo(figures, "");
    }

    private void Begin(SimNode client)
    {
        if (_trace.Next() is not { } file)
        {
            files.Begin(client);
            return;
        }

        Current.Lookups++;
        _open.Add(ring.World.Ask(client, new LookupObject(ring.World.NextRequestId(), RequestTimeout, file)));
    }

    private Window Current => _windows[Math.Min(_windows.Length - 1, (int)(files.Utilization * 100 / WindowPercent))];

    private bool Ended(SimAsk ask)
    {
        if (!ask.IsAnswered && !ask.IsOrphaned) return false;
        ring.World.Forget(ask);
        if (ask.Last is ObjectFound found)
        {
            Current.Found++;
            Current.Hops += found.Hops;
        }

        return true;
    }

    private void NoteHits()
    {
        long hits = ring.Facts.Count(FactKind.CacheHit);
        Current.Hits += hits - _hitsBefore;
        _hitsBefore = hits;
    }

    private sealed class Window
    {
        public long Lookups { get; set; }

        public long Found { get; set; }

        public long Hops { get; set; }

        public long Hits { get; set; }

        public void AddTo(Figures figures, string prefix)
        {
            figures[prefix + "hitRate"] = (double)Hits / Math.Max(1, Found);
            figures[prefix + "lookupHops"] = (double)Hops / Math.Max(1, Found);
            if (prefix.Length == 0) figures["lookupsFailed"] = Lookups - Found;
        }
    }
}
