using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;
using PastryActors.Pastry.Requests;
using PastryActors.Pastry.Tables;
using static PastryActors.Pastry.Tests.Expect;

namespace PastryActors.Pastry.Tests.Applications;

public sealed class ApplicationHostTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(9);
    private static readonly ApplicationMessage Message = new("one", "hi"u8.ToArray());

    private readonly Outbox _outbox = new();
    private readonly Application _one = new();
    private readonly PastryNode _node;

    public ApplicationHostTests()
    {
        var host = new ApplicationHost([new(ApplicationMessage.NumberOf("one"), _one), new(ApplicationMessage.NumberOf("two"), new Application())]);
        _node = new PastryNode(Bench.Self, Bench.Options, 1, new Contacts([], [], FoundRing: true), host);
        _node.Start(default, _outbox);
        _outbox.Clear();
    }

    [Fact]
    public void A_message_is_handed_to_the_application_whose_name_it_bears()
    {
        Do(NodeEvent.Received(Peers.Of(0x90), Message));
        Do(NodeEvent.Received(Peers.Of(0x90), new ApplicationMessage("two", default)));
        Assert.Equal(["deliver direct hi from n90"], _one.Calls);
    }

    [Fact]
    public void A_route_that_ends_here_asks_the_application_and_is_answered()
    {
        Effect[] effects = Do(NodeEvent.Requested(new RouteApplicationMessage(5, Timeout, Message, Peers.Id(0x81))));
        Assert.Equal(["forward", "deliver hi from n80"], _one.Calls);
        Assert.Contains(Answered(new ApplicationMessageTaken(5)), effects);
    }

    [Fact]
    public void An_application_may_stop_a_message()
    {
        _one.Passes = false;
        Do(NodeEvent.Requested(new RouteApplicationMessage(5, Timeout, Message, Peers.Id(0x81))));
        Assert.Equal(["forward"], _one.Calls);
    }

    [Fact]
    public void What_is_sent_goes_straight_to_its_node()
    {
        Effect[] effects = Do(NodeEvent.Requested(new SendApplicationMessage(6, Timeout, Message, Peers.Of(0x90))));
        Assert.Equal([Sent(Peers.Of(0x90), Message), Answered(new ApplicationMessageTaken(6))], effects);
    }

    [Fact]
    public void A_message_whose_application_does_not_run_here_is_refused_at_its_root_and_counted()
    {
        var stranger = new ApplicationMessage("three", default);
        Assert.Equal([Noted(FactKind.MessageRefused, Peers.Id(0x90), ApplicationMessage.Number)], Do(NodeEvent.Received(Peers.Of(0x90), stranger)));
        Assert.Empty(_one.Calls);
    }

    [Fact]
    public void Two_applications_of_one_name_are_refused() =>
        Assert.Throws<ArgumentException>(() => new ApplicationHost([new(1, _one), new(1, _one)]));

    private Effect[] Do(NodeEvent happened)
    {
        _node.Handle(happened, default, _outbox);
        Effect[] effects = [.. _outbox.Effects];
        _outbox.Clear();
        return effects;
    }

    private sealed class Application : IPastryApplication
    {
        public List<string> Calls { get; } = [];

        public bool Passes { get; set; } = true;

        public bool Forward(ref RoutedMessage message, ref NodeHandle next)
        {
            Calls.Add("forward");
            return Passes;
        }

        public void Deliver(in RoutedMessage message) =>
            Calls.Add($"deliver {(message.Direct ? "direct " : "")}{System.Text.Encoding.UTF8.GetString(((ApplicationMessage)message.Payload).Body.Span)} from {message.Source.Address}");

        public void NewLeafs(LeafSetView leafs) => Calls.Add("leafs");
    }
}
