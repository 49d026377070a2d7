using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Tests;

/// <summary>A message that carries a number.</summary>
internal sealed record Ping(int Number) : Message
{
    public static readonly MessageKind Schema = new(96, nameof(Ping), Read);

    public override byte Kind => 96;

    public override void Write(WireWriter writer) => writer.Number(1, (ulong)Number);

    private static Ping Read(ref WireReader reader)
    {
        int number = 0;
        while (reader.Next())
        {
            if (reader.Field == 1) number = reader.Int();
            else reader.Skip();
        }

        return new Ping(number);
    }
}

/// <summary>A message whose codec forgets a field.</summary>
internal sealed record Forgetful(int Kept, int Lost) : Message
{
    public static readonly MessageKind Schema = new(97, nameof(Forgetful), (ref WireReader reader) => new Forgetful(reader.Next() ? reader.Int() : 0, 0));

    public override byte Kind => 97;

    public override void Write(WireWriter writer) => writer.Number(1, (ulong)Kept);
}

/// <summary>A request that tells a toy core what to put into its outbox.</summary>
internal sealed record Do(long Id, Action<Outbox> Effects) : Request(Id, TimeSpan.FromSeconds(1));

/// <summary>The answer of a toy core.</summary>
internal sealed record Told(long RequestId, string Text) : Reply(RequestId);

/// <summary>A core that remembers what happened to it and does what its requests say.</summary>
internal sealed class ToyCore(NodeStart start) : INodeCore
{
    public NodeHandle Self => Begun.Self;

    public NodeStart Begun { get; } = start;

    public List<(Instant At, NodeEvent Happened)> Seen { get; } = [];

    public Action<NodeEvent, Outbox>? Then { get; set; }

    public void Start(Instant now, Outbox outbox) => outbox.Report(new Fact(FactKind.RingFounded));

    public void Handle(in NodeEvent happened, Instant now, Outbox outbox)
    {
        Seen.Add((now, happened));
        if (happened.Body is Do request) request.Effects(outbox);
        Then?.Invoke(happened, outbox);
    }

    public IEnumerable<int> Pings() => Seen.Select(s => s.Happened.Body).OfType<Ping>().Select(p => p.Number);

    public IEnumerable<Instant> Times(NodeEventKind kind) => Seen.Where(s => s.Happened.Kind == kind).Select(s => s.At);

    public IEnumerable<T> Bodies<T>() => Seen.Select(s => s.Happened.Body).OfType<T>();
}

/// <summary>Shorthand for worlds of toy cores.</summary>
internal static class Toys
{
    public static SimNode AddToy(this SimWorld world) => world.AddNode(static start => new ToyCore(start));

    public static SimNode[] AddToys(this SimWorld world, int count) => [.. Enumerable.Range(0, count).Select(_ => world.AddToy())];

    public static ToyCore Toy(this SimNode node) => (ToyCore)node.Core!;

    public static SimAsk Do(this SimWorld world, SimNode node, Action<Outbox> effects) => world.Ask(node, new Do(world.NextRequestId(), effects));

    public static void Ping(this SimWorld world, SimNode from, SimNode to, int number = 0) =>
        world.Do(from, outbox => outbox.Send(to.Handle, new Ping(number)));

    public static Instant AtMilliseconds(double milliseconds) => new(TimeSpan.FromMilliseconds(milliseconds).Ticks);

    public static TimeSpan Milliseconds(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
