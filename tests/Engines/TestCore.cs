using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Tests.Engines;

/// <summary>A request that runs inside the core.</summary>
public sealed record Run(Action<TestCore, Outbox> Action) : Request(0, TimeSpan.FromSeconds(5));

/// <summary>A piece of work, and its result.</summary>
public sealed record Job(long Id) : Work(Id);

public sealed record JobDone(long Id) : WorkResult(Id);

/// <summary>A reply without a question.</summary>
public sealed record Answer(long RequestId) : Reply(RequestId);

/// <summary>A core that does as it is told and writes down what happens to it.</summary>
public sealed class TestCore(NodeHandle self, RecordingNode owner) : INodeCore
{
    public NodeHandle Self { get; } = self;

    public void Start(Instant now, Outbox outbox) => owner.OnStart?.Invoke(this, outbox);

    public void Handle(in NodeEvent happened, Instant now, Outbox outbox)
    {
        if (happened is { Kind: NodeEventKind.Requested, Body: Run run })
        {
            run.Action(this, outbox);
            return;
        }

        owner.OnEvent?.Invoke(happened, outbox);
        owner.Write(happened);
    }
}
