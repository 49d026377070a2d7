using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Membership;

namespace PastryActors.Pastry.Tests.Membership;

/// <summary>Smoothed round trips and the timeouts that follow (Jacobson, SIGCOMM 1988; DSN 2004, section 4.2).</summary>
public sealed class RoundTripEstimatorTests
{
    private static readonly Instant Now = new(TimeSpan.TicksPerDay * 10);
    private static readonly RingId Peer = Peers.Id(1);

    private readonly PastryOptions _options = new();
    private readonly RoundTripEstimator _trips;

    public RoundTripEstimatorTests() => _trips = new RoundTripEstimator(_options);

    [Fact]
    public void A_stranger_is_given_a_third_of_the_ceiling()
    {
        Assert.Null(_trips.RoundTrip(Peer));
        Assert.Equal(_options.HopTimeoutMax / 3, _trips.HopTimeout(Peer));
    }

    [Fact]
    public void A_peer_without_traffic_is_given_twice_the_round_trip_that_a_probe_measured()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(80), _trips.HopTimeout(Peer, TimeSpan.FromMilliseconds(40)));
        Measure(100);
        Assert.Equal(TimeSpan.FromMilliseconds(300), _trips.HopTimeout(Peer, TimeSpan.FromMilliseconds(40)));
    }

    [Fact]
    public void The_first_sample_is_the_estimate_and_half_of_it_the_deviation()
    {
        Measure(100);
        Assert.Equal(TimeSpan.FromMilliseconds(100), _trips.RoundTrip(Peer));
        Assert.Equal(TimeSpan.FromMilliseconds(300), _trips.HopTimeout(Peer));
    }

    [Fact]
    public void Later_samples_move_the_estimate_by_an_eighth_and_the_deviation_by_a_quarter()
    {
        Measure(100);
        Measure(180);
        Assert.Equal(TimeSpan.FromMilliseconds(110), _trips.RoundTrip(Peer));
        Assert.Equal(TimeSpan.FromMilliseconds(110 + (4 * 57.5)), _trips.HopTimeout(Peer));
    }

    [Fact]
    public void A_steady_round_trip_brings_the_timeout_down_to_it()
    {
        for (int i = 0; i < 100; i++) Measure(100);
        Assert.InRange(_trips.HopTimeout(Peer), TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(101));
    }

    [Theory]
    [InlineData(0.0, 50)]
    [InlineData(1.0, 50)]
    [InlineData(60_000.0, 3000)]
    [InlineData(1e12, 3000)]
    public void The_timeout_keeps_to_its_floor_and_its_ceiling(double sampleMilliseconds, int timeoutMilliseconds)
    {
        Measure(sampleMilliseconds);
        Assert.Equal(TimeSpan.FromMilliseconds(timeoutMilliseconds), _trips.HopTimeout(Peer));
        Assert.True(_trips.RoundTrip(Peer) > TimeSpan.Zero);
    }

    [Fact]
    public void A_peer_that_was_forgotten_is_a_stranger()
    {
        _trips.Forget(Peer);
        Measure(100);
        _trips.Forget(Peer);
        Assert.Null(_trips.RoundTrip(Peer));
    }

    [Fact]
    public void Beyond_its_bound_the_longest_unmeasured_is_forgotten()
    {
        TimeSpan sample = TimeSpan.FromMilliseconds(1);
        for (int i = 0; i < RoundTripEstimator.PeersMax; i++) _trips.Measured(new RingId((UInt128)i), sample, Now + TimeSpan.FromSeconds(i == 50 ? 0 : i + 1));
        _trips.Measured(new RingId(9999), sample, Now);
        Assert.Null(_trips.RoundTrip(new RingId(50)));
        Assert.NotNull(_trips.RoundTrip(new RingId(0)));
        Assert.NotNull(_trips.RoundTrip(new RingId(9999)));
    }

    private void Measure(double milliseconds) => _trips.Measured(Peer, TimeSpan.FromMilliseconds(milliseconds), Now);
}
