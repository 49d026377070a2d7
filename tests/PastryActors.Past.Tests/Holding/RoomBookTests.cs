using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Holding;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Holding;

public sealed class RoomBookTests
{
    private const int Capacity = 1000;

    private readonly FakeHost _host = new(new RingId(1000));
    private readonly PastContext _context;

    public RoomBookTests()
    {
        for (uint i = 1; i <= 4; i++) _host.LeafSet.Add(Neighbour(i));
        _context = new PastContext(_host, new PastOptions { CapacityBytes = Capacity }, new Catalog(), Keys.Of("node"), 1);
        _context.Neighbours.LeafsSettled();
        _context.RoomChanged();
        _host.Sent.Clear();
    }

    [Theory]
    [InlineData(0.10, 0.05, 100, 2000, true, true)]
    [InlineData(0.10, 0.05, 101, 2000, false, false)]
    [InlineData(0.10, 0.05, 60, 1000, true, false)]
    [InlineData(1.00, 0.00, 1000, 2000, true, false)]
    public void Size_by_free_space_is_at_most_t(double primary, double diverted, int size, long neighboursFree, bool here, bool there)
    {
        var options = new PastOptions { CapacityBytes = Capacity, PrimaryShareMax = primary, DivertedShareMax = diverted };
        var room = new Room(options, new Catalog());
        Assert.Equal(here, room.Accepts(size, diverted: false));
        Assert.Equal(there, room.Accepts(size, neighboursFree, diverted: true));
    }

    [Fact]
    public void What_is_on_its_way_to_the_disk_counts_as_there()
    {
        _context.Room.Reserve(900);
        Assert.Equal(100, _context.Room.FreeBytes);
        Assert.False(_context.Room.Accepts(11, diverted: false));
        _context.Room.Release(900);
        Assert.Equal(Capacity, _context.Room.FreeBytes);
    }

    [Fact]
    public void The_neighbour_with_most_room_is_chosen_unless_it_is_one_of_the_k_or_was_tried()
    {
        for (uint i = 1; i <= 4; i++) _context.Neighbours.Note(Neighbour(i), 1000 * i, Capacity);
        Assert.Equal(Neighbour(4), Best(new RingId(0), 2, 10));
        Assert.Equal(Neighbour(3), Best(Neighbour(4).Id, 1, 10));
        Assert.Equal(Neighbour(3), _context.Neighbours.Best(new RingId(0), 2, 10, [Neighbour(4).Id]));
        Assert.Null(Best(new RingId(0), 2, 201));
        _context.Neighbours.NoteFree(Neighbour(4), 0);
        Assert.Equal(Neighbour(3), Best(new RingId(0), 2, 10));
    }

    [Fact]
    public void Strangers_are_not_listened_to_and_nobody_is_chosen_who_said_nothing()
    {
        _context.Neighbours.Note(new NodeHandle(new RingId(7), "far", 1), long.MaxValue, long.MaxValue);
        Assert.Null(Best(new RingId(0), 1, 1));
    }

    [Fact]
    public void Neighbours_are_told_of_an_eighth_and_not_more_than_once_a_second()
    {
        _host.Now += TimeSpan.FromSeconds(2);
        _context.Room.Reserve(100);
        _context.RoomChanged();
        Assert.Empty(_host.Sent);
        _context.Room.Reserve(100);
        _context.RoomChanged();
        Assert.Equal(4, _host.Sent.Count);
        Assert.Equal(new RoomNotice(0, 800, Capacity), _host.LastSent<RoomNotice>());
        _context.Room.Reserve(400);
        _context.RoomChanged();
        Assert.Equal(4, _host.Sent.Count);
        _host.Now += TimeSpan.FromSeconds(1);
        _context.RoomChanged();
        Assert.Equal(8, _host.Sent.Count);
    }

    [Fact]
    public void Nobody_is_told_the_same_again_within_ten_periods_but_a_new_neighbour_is()
    {
        for (int period = 1; period < 10; period++) _context.Neighbours.OnPeriod();
        Assert.Empty(_host.Sent);
        _host.LeafSet.Add(Neighbour(9));
        _context.Neighbours.LeafsSettled();
        Assert.Equal(Neighbour(9), Assert.Single(_host.Sent).To);
    }

    [Theory]
    [InlineData(9, FactKind.CapacityTooLarge)]
    [InlineData(100_001, FactKind.CapacityTooSmall)]
    public void A_capacity_out_of_proportion_is_reported(long neighboursCapacity, FactKind expected)
    {
        for (uint i = 1; i <= 4; i++) _context.Neighbours.Note(Neighbour(i), 0, neighboursCapacity);
        _context.Neighbours.OnPeriod();
        Assert.Equal(expected, Assert.Single(_host.Facts).Kind);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public void Two_orders_of_magnitude_are_allowed(long neighboursCapacity)
    {
        for (uint i = 1; i <= 4; i++) _context.Neighbours.Note(Neighbour(i), 0, neighboursCapacity);
        _context.Neighbours.OnPeriod();
        Assert.Empty(_host.Facts);
    }

    private NodeHandle? Best(RingId key, int replicas, int length) => _context.Neighbours.Best(key, replicas, length, []);

    private static NodeHandle Neighbour(uint i) => new(new RingId(1000 + (10 * i)), $"n{i}", 1);
}
