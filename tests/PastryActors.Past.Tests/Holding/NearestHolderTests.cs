using PastryActors.Core.Ring;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Holding;

/// <summary>
/// Where a lookup goes on (Middleware 2001, section 2.5), at a node of id 100,000 with L = 8 whose neighbours stand 100 apart, k = 2. So
/// the k closest lie within 100 of a key, and who is within 200 of it has them all in its leaf set.
/// </summary>
public sealed class NearestHolderTests
{
    private const uint Here = 100_000;

    private static readonly NodeHandle Asker = At(900_000);
    private static readonly NodeHandle Far = At(500_000);

    private readonly FakeHost _host = new(new RingId(Here));
    private readonly NearestHolder _nearest;

    public NearestHolderTests()
    {
        for (uint i = 1; i <= 4; i++)
        {
            _host.LeafSet.Add(At(Here + (100 * i)));
            _host.LeafSet.Add(At(Here - (100 * i)));
        }

        _nearest = new NearestHolder(new PastContext(_host, new PastOptions { Replicas = 2 }, new Catalog(), Keys.Of("node"), 1));
    }

    [Fact]
    public void Who_knows_the_k_closest_sends_it_to_the_nearest_of_them_for_good()
    {
        Measured((Here + 200, 30), (Here + 300, 10), (Here + 100, 1));
        Assert.Equal((At(Here + 300), true), Choose(Here + 230, At(Here + 200)));
    }

    [Fact]
    public void Once_chosen_it_goes_straight_on()
    {
        Measured((Here + 200, 30), (Here + 300, 10));
        Assert.Equal((At(Here + 200), true), Choose(Here + 230, At(Here + 200), chosen: true));
    }

    [Fact]
    public void The_root_keeps_what_it_lacks_for_its_own_answer()
    {
        Measured((Here + 100, 1));
        Assert.Equal((_host.Self, false), Choose(Here + 10, _host.Self));
    }

    [Fact]
    public void Neither_the_asker_nor_a_node_never_measured_is_chosen()
    {
        Measured((Here + 200, 5));
        Assert.Equal((At(Here + 200), true), Choose(Here + 230, At(Here + 200)));
        Assert.Equal((At(Here + 200), false), Choose(Here + 230, At(Here + 200), asker: At(Here + 200)));
    }

    [Fact]
    public void A_near_node_that_should_know_them_all_is_asked_first()
    {
        NodeHandle knows = Known(500_200, 15), beyond = Known(500_201, 1);
        Measured((300_000, 10));
        Assert.Equal((knows, false), Choose(Far, At(300_000)));
        _host.Known.Remove(knows);
        Assert.Equal((At(300_000), false), Choose(Far, At(300_000)));
        Assert.NotEqual(knows, beyond);
    }

    [Theory]
    [InlineData(19, true)]
    [InlineData(20, false)]
    public void It_may_be_less_than_twice_as_far_as_the_next_hop(int milliseconds, bool chosen)
    {
        NodeHandle knows = Known(500_150, milliseconds);
        Measured((300_000, 10));
        Assert.Equal((chosen ? knows : At(300_000), false), Choose(Far, At(300_000)));
    }

    [Theory]
    [InlineData(9, true)]
    [InlineData(10, false)]
    public void In_place_of_one_that_knows_them_only_a_nearer_one(int milliseconds, bool chosen)
    {
        NodeHandle knows = Known(500_150, milliseconds);
        Measured((499_850, 10));
        Assert.Equal((chosen ? knows : At(499_850), false), Choose(Far, At(499_850)));
    }

    [Fact]
    public void In_place_of_a_likely_holder_only_a_nearer_likely_holder()
    {
        Known(500_150, 1);
        Measured((500_050, 10));
        Assert.Equal((At(500_050), false), Choose(Far, At(500_050)));
        NodeHandle holder = Known(499_900, 9);
        Assert.Equal((holder, false), Choose(Far, At(500_050)));
    }

    [Fact]
    public void A_next_hop_never_measured_gives_way_to_any_that_knows()
    {
        NodeHandle knows = Known(500_150, 900);
        Assert.Equal((knows, false), Choose(Far, At(300_000)));
    }

    private static NodeHandle At(uint id) => new(new RingId(id), $"n{id}", 1);

    private NodeHandle Known(uint id, int milliseconds)
    {
        _host.Known.Add(At(id));
        Measured((id, milliseconds));
        return At(id);
    }

    private void Measured(params (uint Id, int Milliseconds)[] nodes)
    {
        foreach ((uint id, int milliseconds) in nodes) _host.RoundTrips[new RingId(id)] = milliseconds;
    }

    private (NodeHandle Next, bool Chosen) Choose(NodeHandle key, NodeHandle next) => Choose((uint)key.Id.Value, next);

    private (NodeHandle Next, bool Chosen) Choose(uint key, NodeHandle next, bool chosen = false, NodeHandle? asker = null)
    {
        var lookup = new LookupRequest(1, new FileId(new RingId(key), 0), Chosen: chosen);
        LookupRequest sent = _nearest.Choose(lookup, asker ?? Asker, ref next);
        return (next, sent.Chosen);
    }
}
