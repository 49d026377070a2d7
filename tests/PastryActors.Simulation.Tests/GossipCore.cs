using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Tests;

/// <summary>A core that tells a random peer a random number every now and then, and passes on what it hears: food for determinism.</summary>
internal sealed class GossipCore(NodeStart start, IReadOnlyList<SimNode> peers) : INodeCore
{
    private readonly RandomSource _random = new(start.Seed);

    public NodeHandle Self => start.Self;

    public void Start(Instant now, Outbox outbox) => outbox.Schedule(new NodeTimer(0, 1), _random.Jitter(TimeSpan.FromSeconds(1)));

    public void Handle(in NodeEvent happened, Instant now, Outbox outbox)
    {
        if (happened.Body is Ping { Number: > 0 } ping) Tell(ping.Number - 1, outbox);
        if (happened.Kind == NodeEventKind.LinkFailed) outbox.Report(new Fact(FactKind.NodeFailed, happened.From!.Id));
        if (happened.Kind != NodeEventKind.TimerFired) return;
        Tell(_random.Next(4), outbox);
        outbox.Schedule(happened.Timer, _random.Jitter(TimeSpan.FromSeconds(1)));
    }

    private void Tell(int number, Outbox outbox)
    {
        outbox.Send(peers[_random.Next(peers.Count)].Handle, new Ping(number));
        outbox.Report(new Fact(FactKind.HopTaken, default, number));
    }
}
