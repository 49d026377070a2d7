using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Network;

/// <summary>
/// An internet of backbones and stubs. As every stub domain has one uplink, a shortest path is made of three that are known: within
/// a stub, between two transit routers, within a stub. So all paths of 5,050 routers need some 100 KiB, and a node costs nothing:
/// its router follows from its index.
/// </summary>
public sealed class TransitStubLatency : ILinkTopology
{
    private readonly ulong _seed;
    private readonly TransitStubOptions _options;
    private readonly ShortestPaths _transit;
    private readonly ShortestPaths[] _stubs;
    private readonly long[] _uplinkTicks;

    /// <summary>A network that follows from the seed.</summary>
    /// <exception cref="ArgumentException">The options are not possible; the message says which.</exception>
    public TransitStubLatency(ulong seed, TransitStubOptions? options = null)
    {
        (_seed, _options) = (seed, options ?? new TransitStubOptions());
        if (_options.Problem() is { } problem) throw new ArgumentException(problem, nameof(options));
        _transit = new ShortestPaths(TransitCount, TransitLinks());
        int stubs = TransitCount * _options.StubDomains;
        _uplinkTicks = [.. Enumerable.Range(0, stubs).Select(s => Length(_options.UplinkMax, Mixing.Of(_seed, 1, (ulong)s)))];
        _stubs = [.. Enumerable.Range(0, stubs).Select(s => new ShortestPaths(_options.StubRouters, Mesh(_options.StubRouters, _options.StubMax, Mixing.Of(_seed, 2, (ulong)s))))];
    }

    /// <summary>Number of transit routers.</summary>
    public int TransitCount => _options.TransitDomains * _options.TransitRouters;

    /// <summary>Number of stub routers; nodes hang on these alone.</summary>
    public int StubCount => _stubs.Length * _options.StubRouters;

    /// <inheritdoc/>
    public TimeSpan OneWay(int from, int to)
    {
        if (from == to) return TimeSpan.Zero;
        (int stubA, int routerA) = PlaceOf(from);
        (int stubB, int routerB) = PlaceOf(to);
        TimeSpan access = 2 * _options.Access;
        if (stubA == stubB) return access + TimeSpan.FromTicks(_stubs[stubA].Ticks(routerA, routerB));
        long up = _stubs[stubA].Ticks(routerA, 0) + _uplinkTicks[stubA];
        long down = _stubs[stubB].Ticks(0, routerB) + _uplinkTicks[stubB];
        return access + TimeSpan.FromTicks(up + _transit.Ticks(TransitOf(stubA), TransitOf(stubB)) + down);
    }

    /// <inheritdoc/>
    public void AddPath(int from, int to, List<long> links)
    {
        if (from == to) return;
        (int stubA, int routerA) = PlaceOf(from);
        (int stubB, int routerB) = PlaceOf(to);
        links.Add(LinkId(NodeName(from), StubName(stubA, routerA)));
        if (stubA == stubB)
        {
            Walk(_stubs[stubA], routerA, routerB, r => StubName(stubA, r), links);
        }
        else
        {
            Walk(_stubs[stubA], routerA, 0, r => StubName(stubA, r), links);
            links.Add(LinkId(StubName(stubA, 0), TransitOf(stubA)));
            Walk(_transit, TransitOf(stubA), TransitOf(stubB), static r => r, links);
            links.Add(LinkId(TransitOf(stubB), StubName(stubB, 0)));
            Walk(_stubs[stubB], 0, routerB, r => StubName(stubB, r), links);
        }

        links.Add(LinkId(StubName(stubB, routerB), NodeName(to)));
    }

    /// <summary>The stub domain that a node is in, and the router of it that the node hangs on.</summary>
    public (int Stub, int Router) PlaceOf(int node)
    {
        int at = (int)(Mixing.Of(_seed, 3, (ulong)node) % (ulong)StubCount);
        return Math.DivRem(at, _options.StubRouters);
    }

    private static void Walk(ShortestPaths paths, int from, int to, Func<int, long> nameOf, List<long> links)
    {
        while (from != to)
        {
            int next = paths.Next(from, to);
            links.Add(LinkId(nameOf(from), nameOf(next)));
            from = next;
        }
    }

    /// <summary>A link by its two ends in their order: the two directions of a cable are two links.</summary>
    private static long LinkId(long from, long to) => (from << 32) | to;

    private long NodeName(int node) => TransitCount + StubCount + node;

    private long StubName(int stub, int router) => TransitCount + ((long)stub * _options.StubRouters) + router;

    private int TransitOf(int stub) => stub / _options.StubDomains;

    private static long Length(TimeSpan longest, ulong bits) => (longest.Ticks / 4) + (long)((bits >> 11) * (1.0 / (1UL << 53)) * (longest.Ticks * 3 / 4));

    /// <summary>Meshes within the domains, and two links from each domain to others: to the one before it, so that all are connected, and to one by chance.</summary>
    private IEnumerable<(int A, int B, long Ticks)> TransitLinks()
    {
        for (int domain = 0; domain < _options.TransitDomains; domain++)
        {
            int first = domain * _options.TransitRouters;
            foreach ((int a, int b, long ticks) in Mesh(_options.TransitRouters, _options.TransitMax, Mixing.Of(_seed, 4, (ulong)domain))) yield return (first + a, first + b, ticks);
            if (domain == 0) continue;
            yield return BackboneLink(domain, domain - 1, 0);
            yield return BackboneLink(domain, (int)(Mixing.Of(_seed, 5, (ulong)domain) % (ulong)domain), 1);
        }
    }

    private (int A, int B, long Ticks) BackboneLink(int domain, int other, ulong number)
    {
        ulong bits = Mixing.Of(_seed, 6, ((ulong)domain << 1) | number);
        int router = (int)(bits % (ulong)_options.TransitRouters);
        int peer = (int)((bits >> 20) % (ulong)_options.TransitRouters);
        return ((domain * _options.TransitRouters) + router, (other * _options.TransitRouters) + peer, Length(_options.BackboneMax, Mixing.Of(bits, 7)));
    }

    /// <summary>A connected random graph: each router is linked to one before it, and to others with the chance of 0.3.</summary>
    private static IEnumerable<(int A, int B, long Ticks)> Mesh(int size, TimeSpan longest, ulong seed)
    {
        for (int a = 1; a < size; a++)
        {
            int tree = (int)(Mixing.Of(seed, (ulong)a) % (ulong)a);
            for (int b = 0; b < a; b++)
            {
                ulong bits = Mixing.Of(seed, (ulong)a, (ulong)b);
                if (b == tree || bits % 10 < 3) yield return (a, b, Length(longest, Mixing.Of(bits, 1)));
            }
        }
    }
}
