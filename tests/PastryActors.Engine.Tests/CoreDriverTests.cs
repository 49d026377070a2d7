using Microsoft.Extensions.Logging.Abstractions;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Engine.Tests;

public sealed class CoreDriverTests : IDisposable
{
    private readonly NodeKey _key = NodeKey.Create();
    private readonly Told _told = new();
    private readonly List<ScriptedCore> _cores = [];
    private readonly CoreDriver _driver;
    private uint _incarnation = 6;

    public CoreDriverTests()
    {
        var settings = new NodeSettings(_key, MakeCore, _told, _told, () => ++_incarnation);
        _driver = new CoreDriver(settings, "here", _told, NullLogger.Instance);
    }

    public void Dispose() => _key.Dispose();

    [Fact]
    public void Effects_are_carried_out_in_their_order_before_the_next_event()
    {
        _driver.Start();
        _cores[0].Next = outbox =>
        {
            outbox.Reply(new Answer(1));
            outbox.Send(_driver.Handle, new Ping());
            outbox.Do(new Job(2));
            outbox.Report(new Fact(FactKind.RingFounded));
        };

        _driver.HandleEvent(NodeEvent.LinkFailed(_driver.Handle));
        _driver.HandleEvent(NodeEvent.LinkFailed(_driver.Handle));

        Assert.Equal(["reply 1", "send Ping", "work 2 of core 1", "fact RingFounded"], _told.Log);
    }

    [Fact]
    public void A_timer_that_is_due_at_once_comes_after_the_event_that_set_it_and_once()
    {
        _driver.Start();
        _cores[0].Next = outbox => outbox.Schedule(new NodeTimer(0, 7), TimeSpan.Zero);

        _driver.HandleEvent(NodeEvent.LinkFailed(_driver.Handle));
        _driver.FireDueTimers();

        Assert.Equal([NodeEventKind.LinkFailed, NodeEventKind.TimerFired], _cores[0].Seen);
        Assert.Equal(0, _driver.PendingTimers);
        Assert.Equal(Instant.Never, _driver.NextTimer);
    }

    [Fact]
    public void A_core_that_always_has_a_timer_due_gives_the_thread_back()
    {
        _driver.Start();
        _cores[0].Always = outbox => outbox.Schedule(new NodeTimer(0, 7), TimeSpan.Zero);
        _driver.HandleEvent(NodeEvent.LinkFailed(_driver.Handle));
        _driver.FireDueTimers();
        Assert.True(_driver.NextTimer < Instant.Never);
        Assert.InRange(_cores[0].Seen.Count, 2, 65);
    }

    [Fact]
    public void The_core_after_a_failure_has_a_higher_incarnation_and_nothing_of_the_old()
    {
        _driver.Start();
        NodeHandle first = _driver.Handle;
        _cores[0].Next = outbox =>
        {
            outbox.Schedule(new NodeTimer(0, 1), TimeSpan.FromHours(1));
            outbox.Reply(new Answer(9));
            throw new InvalidOperationException("torn");
        };
        Assert.Throws<InvalidOperationException>(() => _driver.HandleEvent(NodeEvent.LinkFailed(first)));

        _driver.Drop();
        Assert.False(_driver.HasCore);
        _driver.Start();

        Assert.Empty(_told.Log);
        Assert.Equal(0, _driver.PendingTimers);
        Assert.Equal(first with { Incarnation = first.Incarnation + 1 }, _driver.Handle);
        Assert.Equal(_driver.Handle, _cores[1].Self);
        Assert.Equal(2, _driver.Generation);
    }

    private ScriptedCore MakeCore(NodeHandle self)
    {
        _cores.Add(new ScriptedCore(self));
        return _cores[^1];
    }

    private sealed record Ping : Message
    {
        public override byte Kind => 100;

        public override void Write(WireWriter writer)
        {
        }
    }

    private sealed record Job(long Id) : Work(Id);

    private sealed record Answer(long RequestId) : Reply(RequestId);

    private sealed class ScriptedCore(NodeHandle self) : INodeCore
    {
        public NodeHandle Self { get; } = self;

        public List<NodeEventKind> Seen { get; } = [];

        public Action<Outbox>? Next { get; set; }

        public Action<Outbox>? Always { get; set; }

        public void Start(Instant now, Outbox outbox)
        {
        }

        public void Handle(in NodeEvent happened, Instant now, Outbox outbox)
        {
            Seen.Add(happened.Kind);
            Action<Outbox>? next = Next ?? Always;
            Next = null;
            next?.Invoke(outbox);
        }
    }

    private sealed class Told : ICoreHost, IWorkers, INodeListener
    {
        public List<string> Log { get; } = [];

        public void Send(NodeHandle to, Message message, ContentRef? content, Lane lane, TraceParent? trace) => Log.Add($"send {message.GetType().Name}");

        public IWorkCompletion CompletionOf(int generation) => new Completion(generation);

        public void Submit(Work work, IWorkCompletion completion) => Log.Add($"work {work.Id} of core {((Completion)completion).Generation}");

        public void OnReply(Reply reply) => Log.Add($"reply {reply.RequestId}");

        public void OnFact(in Fact fact) => Log.Add($"fact {fact.Kind}");

        public void OnRestarting(Exception reason) => Log.Add("restarting");

        public void OnGivenUp(Exception reason) => Log.Add("given up");

        private sealed record Completion(int Generation) : IWorkCompletion
        {
            public void Completed(WorkResult result)
            {
            }
        }
    }
}
