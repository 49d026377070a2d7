namespace PastryActors.Simulation.Network;

/// <summary>
/// The shape of a transit-stub internet (Zegura, Calvert and Bhattacharjee, INFOCOM 1996). The defaults have the size of the papers'
/// experiments: 50 transit routers in 10 domains, and 5,000 stub routers in 500 domains.
/// </summary>
public sealed record TransitStubOptions
{
    /// <summary>Transit domains: the backbones.</summary>
    public int TransitDomains { get; init; } = 10;

    /// <summary>Routers of a transit domain.</summary>
    public int TransitRouters { get; init; } = 5;

    /// <summary>Stub domains that hang on each transit router.</summary>
    public int StubDomains { get; init; } = 10;

    /// <summary>Routers of a stub domain, 1 to 255.</summary>
    public int StubRouters { get; init; } = 10;

    /// <summary>Longest link between transit domains; their places on a square decide each. 40 ms: a continent.</summary>
    public TimeSpan BackboneMax { get; init; } = TimeSpan.FromMilliseconds(40);

    /// <summary>Longest link within a transit domain.</summary>
    public TimeSpan TransitMax { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Longest link from a stub domain to its transit router.</summary>
    public TimeSpan UplinkMax { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Longest link within a stub domain.</summary>
    public TimeSpan StubMax { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>The link from a node to its router. 1 ms: the papers' local network.</summary>
    public TimeSpan Access { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Answers what is wrong with these options, or null.</summary>
    public string? Problem()
    {
        if (TransitDomains < 1 || TransitRouters < 1 || StubDomains < 1) return "a transit-stub network has at least one domain and one router of every sort";
        if (TransitDomains * TransitRouters > 1000) return $"{TransitDomains * TransitRouters} transit routers exceed 1000";
        if (StubRouters is < 1 or > 255) return $"a stub domain has 1 to 255 routers, not {StubRouters}";
        TimeSpan least = new[] { BackboneMax, TransitMax, UplinkMax, StubMax }.Min();
        return least <= TimeSpan.Zero || Access < TimeSpan.Zero ? "a link's latency must be positive" : null;
    }
}
