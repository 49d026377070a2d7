using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests.Tree;

/// <summary>A child that is slow costs its parent a window and no more, and misses nothing that is still there.</summary>
public sealed class ChildWindowTests
{
    private const int Kibi = 1024;

    private static readonly RingId Topic = TopicName.IdOf("news");

    private static readonly Term First = new(1, new RingId(5));

    private readonly FakeHost _host = new(new RingId(99), new ScribeOptions { ChildWindowBytes = 100 * Kibi, ChildLagMax = TimeSpan.FromSeconds(5) }, Topic);

    private readonly NodeHandle _parent = FakeHost.Peer(new RingId(5));

    private readonly NodeHandle _child = FakeHost.Peer(new RingId(7));

    private readonly NodeHandle _other = FakeHost.Peer(new RingId(8));

    [Fact]
    public void A_child_that_acknowledges_nothing_is_held_back_and_its_sibling_is_not()
    {
        Attach();
        for (ulong i = 1; i <= 50; i++)
        {
            Arrives(i);
            Acknowledges(_other, i);
        }

        Assert.InRange(BytesTo(_child), 90 * Kibi, 112 * Kibi);
        Assert.Equal(50UL, LastTo(_other));
        Assert.Contains(_host.Facts, f => f.Kind == FactKind.ChildHeld);
    }

    [Fact]
    public void A_child_that_goes_on_gets_all_that_it_missed_in_order_and_in_larger_batches()
    {
        Attach();
        for (ulong i = 1; i <= 50; i++) Arrives(i);
        ulong got = 0;
        for (int round = 0; round < 20 && got < 50; round++)
        {
            foreach (Multicast run in RunsTo(_child))
            {
                Assert.Equal(got + 1, run.First);
                got = run.First + (ulong)run.Items.Count - 1;
            }

            _host.Sent.Clear();
            Acknowledges(_child, got);
            Assert.True(BytesTo(_child) <= 220 * Kibi);
        }

        Assert.Equal(50UL, got);
        Arrives(51);
        Assert.Equal(51UL, LastTo(_child));
    }

    [Fact]
    public void A_child_that_is_slow_for_long_is_put_out_and_sent_to_its_sibling()
    {
        Attach();
        for (ulong i = 1; i <= 50; i++) Arrives(i);
        for (int i = 0; i < 7; i++)
        {
            Acknowledges(_other, 50);
            _host.Receive(new TreeHeartbeat(Topic, First, _parent, 50, [_parent.Id]), _parent);
            _host.Receive(new ChildAlive(Topic, First, 0, 0), _child);
            _host.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.Contains(_host.Sent, s => s.Message is NotYourParent && s.To == _child);
        Assert.Contains(_host.Facts, f => f.Kind == FactKind.ChildPutOut);
        _host.Sent.Clear();
        Joins(_child, 3);
        Assert.Contains(_host.Sent, s => s.Message is JoinRedirected redirected && s.To == _child && redirected.To.Any(c => c.Node == _other));
    }

    [Fact]
    public void A_node_tells_its_parent_in_time_how_far_it_is()
    {
        Attach();
        _host.Sent.Clear();
        for (ulong i = 1; i <= 10; i++) Arrives(i);
        Assert.Contains(_host.Sent, s => s.Message is ChildAlive { Reached: >= 3 } && s.To == _parent);
    }

    private void Attach()
    {
        Joins(_child, 1);
        var join = (JoinTopic)_host.Routed[^1].Message;
        _host.Receive(new JoinAccepted(Topic, join.Nonce, First, _parent, 0, [_parent.Id]), _parent);
        Joins(_other, 2);
        _host.Sent.Clear();
    }

    private void Joins(NodeHandle child, ulong nonce) => _host.Receive(new JoinTopic(Topic, "news", child, nonce, false, 0, default, 0), child);

    private void Arrives(ulong sequence) => _host.Receive(new Multicast(Topic, First, sequence, [new TopicItem(new RingId(1), new byte[10 * Kibi])]), _parent);

    private void Acknowledges(NodeHandle child, ulong reached) => _host.Receive(new ChildAlive(Topic, First, reached, reached), child);

    private IEnumerable<Multicast> RunsTo(NodeHandle child) => _host.Sent.Where(s => s.To == child).Select(s => s.Message).OfType<Multicast>();

    private int BytesTo(NodeHandle child) => RunsTo(child).Sum(m => m.Items.Sum(i => i.Payload.Length));

    private ulong LastTo(NodeHandle child) => RunsTo(child).Max(m => m.First + (ulong)m.Items.Count - 1);
}
