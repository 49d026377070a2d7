using PastryActors.Pastry.Routing;

namespace PastryActors.Pastry.Tests.Routing;

/// <summary>Hops that come twice are recognised, within a bounded memory.</summary>
public sealed class DuplicateFilterTests
{
    private readonly DuplicateFilter _filter = new();

    [Fact]
    public void A_hop_is_known_by_its_sender_and_its_number()
    {
        Assert.False(_filter.Contains(Peers.Id(1), 7));
        _filter.Add(Peers.Id(1), 7);
        Assert.True(_filter.Contains(Peers.Id(1), 7));
        Assert.False(_filter.Contains(Peers.Id(2), 7));
        Assert.False(_filter.Contains(Peers.Id(1), 8));
    }

    [Fact]
    public void It_remembers_at_least_one_generation_and_at_most_two()
    {
        for (ulong sequence = 1; sequence <= 3 * DuplicateFilter.GenerationMax; sequence++)
        {
            _filter.Add(Peers.Id(1), sequence);
            if (sequence > DuplicateFilter.GenerationMax) Assert.True(_filter.Contains(Peers.Id(1), sequence - DuplicateFilter.GenerationMax + 1));
            if (sequence > 2 * DuplicateFilter.GenerationMax) Assert.False(_filter.Contains(Peers.Id(1), sequence - (2 * DuplicateFilter.GenerationMax)));
        }
    }
}
