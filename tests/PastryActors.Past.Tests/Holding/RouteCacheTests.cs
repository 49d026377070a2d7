using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Past.Certificates;
using PastryActors.Past.Holding;
using PastryActors.Past.Operations;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Holding;

public sealed class RouteCacheTests
{
    private readonly FakeHost _host = new(default);

    [Fact]
    public void The_largest_goes_first_and_what_is_asked_for_stays()
    {
        RouteCache cache = Cache(CachePolicy.GreedyDualSize, cacheBytes: 100, out _);
        Put(cache, "large", 50);
        Put(cache, "small", 10);
        Put(cache, "other", 30);
        Put(cache, "new", 20);
        Assert.Equal([false, true, true, true], Has(cache, ("large", 50), ("small", 10), ("other", 30), ("new", 20)));
    }

    [Fact]
    public void What_was_not_asked_for_long_goes_even_if_it_is_small()
    {
        RouteCache cache = Cache(CachePolicy.GreedyDualSize, cacheBytes: 100, out _);
        Put(cache, "small", 10);
        for (int i = 0; i < 40; i++)
        {
            Put(cache, $"{i}", 45);
            Has(cache, ($"{i}", 45));
        }

        Assert.Equal([false], Has(cache, ("small", 10)));
    }

    [Fact]
    public void By_age_alone_the_longest_unasked_goes()
    {
        RouteCache cache = Cache(CachePolicy.Lru, cacheBytes: 100, out _);
        Put(cache, "a", 40);
        Put(cache, "b", 40);
        Has(cache, ("a", 40));
        Put(cache, "c", 40);
        Assert.Equal([true, false, true], Has(cache, ("a", 40), ("b", 40), ("c", 40)));
    }

    [Fact]
    public void It_takes_no_more_than_the_room_that_is_free_and_yields_to_objects()
    {
        RouteCache cache = Cache(CachePolicy.GreedyDualSize, cacheBytes: long.MaxValue, out PastContext context, capacity: 100);
        Put(cache, "a", 60);
        Put(cache, "b", 60);
        Assert.Equal((1, 60L), (cache.Count, cache.Bytes));
        context.Room.Reserve(50);
        context.RoomChanged();
        Assert.Equal((0, 0L), (cache.Count, cache.Bytes));
        Put(cache, "c", 51);
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void A_copy_is_believed_for_the_lease_from_when_a_holder_gave_it()
    {
        RouteCache cache = Cache(CachePolicy.GreedyDualSize, cacheBytes: 100, out PastContext context);
        TimeSpan half = context.Options.CacheLease / 2;
        _host.Now += 10 * half;
        cache.Put(Certificate("a", 10), Content("a", 10), _host.Now - half);
        Assert.Equal([true], Has(cache, ("a", 10)));
        _host.Now += half;
        Assert.Equal([false], Has(cache, ("a", 10)));
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void What_is_here_itself_is_not_cached()
    {
        RouteCache cache = Cache(CachePolicy.GreedyDualSize, cacheBytes: 100, out PastContext context);
        context.Catalog.Set(CatalogEntry.Of(Certificate("a", 10).File, Certificate("a", 10)));
        Put(cache, "a", 10);
        Assert.Equal(0, cache.Count);
    }

    private static ObjectCertificate Certificate(string name, int length) => Make.File(name, Content(name, length));

    private static MemoryContent Content(string name, int length) => Make.Content(name.PadRight(length));

    private RouteCache Cache(CachePolicy policy, long cacheBytes, out PastContext context, long capacity = long.MaxValue)
    {
        var options = new PastOptions { CachePolicy = policy, CacheBytesMax = cacheBytes, CapacityBytes = capacity };
        context = new PastContext(_host, options, new Catalog(), Keys.Of("node"), 1);
        return context.Cache;
    }

    private void Put(RouteCache cache, string name, int length) => cache.Put(Certificate(name, length), Content(name, length), _host.Now);

    private static bool[] Has(RouteCache cache, params (string Name, int Length)[] files) =>
        [.. files.Select(f => cache.TryUse(Certificate(f.Name, f.Length).File, out _))];
}
