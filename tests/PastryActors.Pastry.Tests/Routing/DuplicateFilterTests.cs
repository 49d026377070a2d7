using PastryActors.Core.Driving;
using PastryActors.Pastry.Routing;

namespace PastryActors.Pastry.Tests.Routing;

/// <summary>Hops that come twice are recognised, within a bounded memory.</summary>
public sealed class DuplicateFilterTests
{
    private static readonly Instant Now = new(TimeSpan.TicksPerDay);

    private readonly DuplicateFilter _filter = new();

    [Fact]
    public void A_hop_is_known_by_its_sender_and_its_number()
    {
        Assert.False(_filter.Contains(Peers.Id(1), 7));
        _filter.Add(Peers.Id(1), 7, Now);
        Assert.True(_filter.Contains(Peers.Id(1), 7));
        Assert.False(_filter.Contains(Peers.Id(2), 7));
        Assert.False(_filter.Contains(Peers.Id(1), 8));
    }

    [Fact]
    public void It_remembers_at_least_one_generation_and_at_most_two()
    {
        for (ulong sequence = 1; sequence <= 3 * DuplicateFilter.GenerationMax; sequence++)
        {
            _filter.Add(Peers.Id(1), sequence, Now);
            if (sequence > DuplicateFilter.GenerationMax) Assert.True(_filter.Contains(Peers.Id(1), sequence - DuplicateFilter.GenerationMax + 1));
            if (sequence > 2 * DuplicateFilter.GenerationMax) Assert.False(_filter.Contains(Peers.Id(1), sequence - (2 * DuplicateFilter.GenerationMax)));
        }
    }

    [Fact]
    public void A_hop_is_remembered_for_at_least_one_lifetime_and_forgotten_after_two()
    {
        _filter.Add(Peers.Id(1), 7, Now);
        _filter.Expire(Now + DuplicateFilter.Lifetime - TimeSpan.FromTicks(1));
        _filter.Add(Peers.Id(1), 8, Now + DuplicateFilter.Lifetime - TimeSpan.FromTicks(1));
        _filter.Expire(Now + DuplicateFilter.Lifetime);
        Assert.True(_filter.Contains(Peers.Id(1), 8));
        _filter.Expire(Now + (2 * DuplicateFilter.Lifetime));
        Assert.False(_filter.Contains(Peers.Id(1), 8));
    }
}
