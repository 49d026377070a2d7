using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit.Xunit2;
using PastryActors.Akka.Tests.Support;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Engine;
using PastryActors.Pastry;
using PastryActors.Pastry.Node;
using PastryActors.Pastry.Requests;
using PastryActors.Tests.Engines;

namespace PastryActors.Akka.Tests.Nodes;

/// <summary>A node as one actor of an application's own.</summary>
public sealed class NodePropsTests : TestKit, INodeListener, IWorkers
{
    private readonly NodeKey _key = NodeKey.Create();
    private readonly AkkaEngine _pastry;
    private int _replies;

    public NodePropsTests()
        : base(ConfigurationFactory.ParseString(AkkaUnderTest.Configuration)) =>
        _pastry = PastryExtension.For(Sys).Start(TestCodec.Instance, AkkaUnderTest.Options with { Supervision = new SupervisionOptions { RestartsMax = 1, BackOffMin = TimeSpan.FromMilliseconds(1) } });

    [Fact]
    public async Task Three_lines_make_a_node_that_founds_a_ring_answers_and_leaves()
    {
        Props props = _pastry.NodeProps(new NodeSettings(_key, self => new PastryNode(self, new PastryOptions { LeafSetSize = 8 }, 7, new Contacts([], [], true)), this, this, () => 1));
        IActorRef node = Sys.ActorOf(props, "my-node");

        Reply left = await node.Ask<Reply>(new LeaveRing(1, RecordingNode.Deadline), RecordingNode.Deadline);

        Assert.Equal(new LeftRing(1), left);
        Assert.Equal(1, Volatile.Read(ref _replies));
    }

    [Fact]
    public async Task With_its_actor_the_node_stops_and_its_id_is_free_again()
    {
        IActorRef node = Watch(Sys.ActorOf(Echoing(), "first"));
        Assert.Equal(new Answer(1), await node.Ask<Reply>(new Say(1), RecordingNode.Deadline));
        Sys.Stop(node);
        ExpectTerminated(node, RecordingNode.Deadline);

        IActorRef again = ActorRefs.Nobody;
        await Eventually.True(() => (again = Sys.ActorOf(Echoing())).Ask<Reply>(new Say(2), TimeSpan.FromMilliseconds(500)).ContinueWith(static t => t.IsCompletedSuccessfully, TaskScheduler.Default).GetAwaiter().GetResult(), "another runs");
    }

    [Fact]
    public void A_node_that_is_given_up_ends_its_actor_and_everyone_who_asked_is_told()
    {
        IActorRef node = Watch(Sys.ActorOf(Echoing()));
        node.Tell(new Say(1, Silent: true), TestActor);
        node.Tell(new Say(2, Fails: true), TestActor);
        Assert.Equal([1, 2], new[] { Fail().RequestId, Fail().RequestId }.Order());

        node.Tell(new Say(3, Fails: true), TestActor);
        Assert.Equal(3, Fail().RequestId);
        ExpectTerminated(node, RecordingNode.Deadline);

        Failed Fail() => Assert.IsType<Failed>(ExpectMsg<Reply>(RecordingNode.Deadline)) is { Code: FailureCode.NotActive } failed ? failed : throw new InvalidOperationException("another reason");
    }

    [Fact]
    public void A_second_request_of_the_same_number_is_refused_and_the_first_still_answered()
    {
        IActorRef node = Sys.ActorOf(Echoing());
        node.Tell(new Say(1, Silent: true), TestActor);
        node.Tell(new Say(1), TestActor);
        Assert.Equal(FailureCode.Busy, Assert.IsType<Failed>(ExpectMsg<Reply>(RecordingNode.Deadline)).Code);
        node.Tell(new Say(2, AnswersAlso: 1), TestActor);
        Assert.Equal(new Answer(1), ExpectMsg<Reply>(RecordingNode.Deadline));
        Assert.Equal(new Answer(2), ExpectMsg<Reply>(RecordingNode.Deadline));
    }

    void INodeListener.OnReply(Reply reply) => Interlocked.Increment(ref _replies);

    void INodeListener.OnFact(in Fact fact)
    {
    }

    void INodeListener.OnRestarting(Exception reason)
    {
    }

    void INodeListener.OnGivenUp(Exception reason)
    {
    }

    void IWorkers.Submit(Work work, IWorkCompletion completion) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _key.Dispose();
    }

    private Props Echoing() => _pastry.NodeProps(new NodeSettings(_key, static self => new Echo(self), this, this, () => 1));

    private sealed record Say(long Number, bool Silent = false, bool Fails = false, long AnswersAlso = 0) : Request(Number, TimeSpan.FromSeconds(5));

    private sealed class Echo(NodeHandle self) : INodeCore
    {
        public NodeHandle Self { get; } = self;

        public void Start(Instant now, Outbox outbox)
        {
        }

        public void Handle(in NodeEvent happened, Instant now, Outbox outbox)
        {
            if (happened.Body is not Say say) return;
            if (say.Fails) throw new InvalidOperationException("torn");
            if (say.AnswersAlso > 0) outbox.Reply(new Answer(say.AnswersAlso));
            if (!say.Silent) outbox.Reply(new Answer(say.Id));
        }
    }
}
