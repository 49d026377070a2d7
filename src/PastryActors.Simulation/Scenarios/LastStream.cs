using PastryActors.Core.Driving;
using PastryActors.Simulation.Nodes;
using PastryActors.Streams.Requests;

namespace PastryActors.Simulation.Scenarios;

/// <summary>When all faults are over, a stream on every channel that anybody watches reaches everybody whole, once its trees have mended.</summary>
internal static class LastStream
{
    private const int BlockBytes = 500;

    /// <summary>How many blocks in a row each reader must get: more than chance gives to trees that are broken.</summary>
    private const int Steady = 10;

    /// <summary>Blocks that may be on their way: two seconds of them.</summary>
    private const int UnderwayMax = 8;

    private static readonly TimeSpan BlockPeriod = TimeSpan.FromMilliseconds(250);

    /// <summary>Longer than a search rests that found nobody, twice.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static void Demand(ScenarioRun run)
    {
        foreach (string channel in run.Channels.Watches.Where(static w => w.IsLive).Select(static w => w.Channel).Distinct().ToArray()) Demand(run, channel);
    }

    private static void Demand(ScenarioRun run, string channel)
    {
        if (run.Ring.DrawActive(run.Random) is not { } node) return;
        if (run.Channels.Open(node, channel, out Reply? answer) is not { } stream)
        {
            run.Fail("serves", $"{node} could not publish on {channel}: {answer}");
            return;
        }

        int blocks = (int)(Patience / BlockPeriod);
        for (int i = 0; i < blocks && run.Channels.Watches.Exists(w => w.Channel == channel && !IsServed(w, stream)); i++)
        {
            run.Channels.Publish(stream, BlockBytes, isEnd: false);
            run.World.RunFor(BlockPeriod);
        }

        if (run.Channels.Watches.Find(w => w.Channel == channel && !IsServed(w, stream)) is { } watch) run.Fail("serves", $"the stream on {channel} does not come whole to {watch.Ask.Node} after {Patience}: {watch.Ask.Last}");
        run.Channels.Publish(stream, BlockBytes, isEnd: true);
        run.World.RunFor(TimeSpan.FromSeconds(10));
    }

    private static bool IsServed(ChannelWatch watch, ChannelStream stream)
    {
        if (!watch.IsLive) return true;
        if (watch.Ask.Replies.Count < Steady) return false;
        return watch.Ask.Replies.TakeLast(Steady).All(static r => r is StreamBlock) && ((StreamBlock)watch.Ask.Replies[^1]).Number + UnderwayMax >= (ulong)stream.Blocks.Count;
    }
}
