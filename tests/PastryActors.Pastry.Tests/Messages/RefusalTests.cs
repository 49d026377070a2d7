using PastryActors.Core.Wire;
using PastryActors.Pastry.Messages;

namespace PastryActors.Pastry.Tests.Messages;

/// <summary>What the wire could carry but the overlay does not take.</summary>
public sealed class RefusalTests
{
    private const string Id = "0a10" + "000102030405060708090a0b0c0d0e0f";
    private const string Node = "12" + Id;
    private const string RoutedHead = Id + "1212" + Id;

    private static readonly WireCodec Codec = new(PastryWire.Kinds);

    [Theory]
    [InlineData(Routed.Number, RoutedHead + "2801" + "3200", "a payload that cannot be routed")]
    [InlineData(Routed.Number, RoutedHead + "288102" + "3200", "a payload that cannot be routed")]
    [InlineData(Routed.Number, RoutedHead + "283f" + "3200", "message kind 63 is not known")]
    [InlineData(Routed.Number, RoutedHead, "message kind 0 is not known")]
    [InlineData(Routed.Number, Id + "2808" + "3200", "a routed message without a source")]
    [InlineData(Routed.Number, RoutedHead + "188080808008" + "2808", "a number out of range")]
    [InlineData(JoinRequest.Number, "1001", "a join without a joiner")]
    [InlineData(JoinRequest.Number, "0a00", "a node without an id")]
    [InlineData(LeafSetProbe.Number, "0803", "a probe of unknown purpose")]
    [InlineData(StateRequest.Number, "0803", "an unknown part of the state")]
    [InlineData(StateReply.Number, "0803", "an unknown part of the state")]
    [InlineData(RouteTrace.Number, "1a021001", "a hop without a node")]
    [InlineData(ApplicationMessage.Number, "088080808010", "a number out of range")]
    public void It_is_refused_with_the_rule_that_it_breaks(byte kind, string hex, string why)
    {
        Assert.False(Codec.TryRead(kind, Convert.FromHexString(hex), out _, out string refusal));
        Assert.Equal(why, refusal);
    }

    [Fact]
    public void A_payload_without_fields_may_be_left_out()
    {
        var routed = (Routed)Codec.Read(Routed.Number, Convert.FromHexString(RoutedHead + "2808"));
        Assert.Equal(new Heartbeat(), routed.Payload);
    }

    [Fact]
    public void A_node_nested_where_a_node_is_wanted_is_read() =>
        Assert.Single(((Leave)Codec.Read(Leave.Number, Convert.FromHexString("0a" + Node))).Leafs.ToArray());
}
