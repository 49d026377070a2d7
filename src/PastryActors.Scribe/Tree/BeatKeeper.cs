using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tree;

/// <summary>
/// Says once a heartbeat period to every neighbour in any tree that this node lives: one message a neighbour, however many topics the two
/// share. Takes TreeBeats. Messages count as signs of life (JSAC 2002, III-C): a topic that has just had one is left out.
/// </summary>
internal sealed class BeatKeeper(ScribeContext context)
{
    private readonly SortedDictionary<RingId, Beats> _beats = [];
    private Instant _next;

    /// <summary>Takes a message of this keeper's; false if it is none.</summary>
    public bool Take(in RoutedMessage message)
    {
        if (message.Payload is not TreeBeats beats) return false;
        foreach (UpBeat beat in beats.Up) context.Tree.Children.OnBeat(message.Source, beat, beats.HasRoom);
        OnDown(message.Source, beats.Down);
        return true;
    }

    /// <summary>Sends what is due, of all topics at the same time: only so do they share messages.</summary>
    public void Tick()
    {
        if (context.Now < _next) return;
        TimeSpan period = context.Options.HeartbeatPeriod;
        // Due at the fourth tick, also where that comes a little early.
        _next = context.Now + (period - (period / 8));
        context.Topics.ForEach(Gather);
        foreach (Beats beats in _beats.Values) Send(beats);
        _beats.Clear();
    }

    private void Gather(TopicNode topic)
    {
        // No older than a tick: so the longest silence is a period and a quarter, and one lost beat is still no death.
        Instant recent = context.Now - (context.Options.HeartbeatPeriod / 4);
        if (topic.Up.Parent is { } parent && topic.LastSentUp <= recent)
        {
            topic.LastSentUp = context.Now;
            For(parent).Up.Add(UpBeatOf(topic, asks: false));
        }

        // Without a root ever heard of, no child was ever accepted.
        if (topic.Children.Count == 0 || topic.LastSentDown > recent || topic.Up.Root is not { } root) return;
        topic.LastSentDown = context.Now;
        var beat = new DownBeat(topic.Id, topic.Stream.Last, TreeStanding.Of(topic.Term, root.Id, context.Tree.Children.PathOf(topic).Span, topic.Settings));
        for (int i = 0; i < topic.Children.Count; i++)
        {
            if (topic.Children[i] is { AwaitsAnswer: false } child) For(child.Node).Down.Add(beat with { Last = child.SentOf(topic.Stream.Last) });
        }
    }

    private Beats For(NodeHandle node)
    {
        if (!_beats.TryGetValue(node.Id, out Beats? beats)) _beats.Add(node.Id, beats = new Beats(node));
        if (beats.Count >= Fields.BeatsMax) Send(beats);
        return beats;
    }

    private void Send(Beats beats)
    {
        if (beats.Count == 0) return;
        context.Send(new TreeBeats(beats.Down.ToValueList(), beats.Up.ToValueList(), context.HasRoom), beats.To);
        beats.Down.Clear();
        beats.Up.Clear();
    }

    private void OnDown(NodeHandle from, ValueList<DownBeat> beats)
    {
        List<UpBeat> asks = [];
        foreach (DownBeat beat in beats)
        {
            if (context.Tree.BelowParent(from, beat.Topic) is not { } topic) continue;
            topic.Up.LastHeard = context.Now;
            topic.Stream.Learn(beat.Last);
            context.Stream.WatchHole(topic);
            if (beat.Standing != TreeStanding.Of(topic.Term, topic.Up.Root!.Id, topic.Up.Path.Span, topic.HeardSettings)) asks.Add(UpBeatOf(topic, asks: true));
        }

        if (asks.Count > 0) context.Send(new TreeBeats(default, asks.ToValueList(), context.HasRoom), from);
    }

    private UpBeat UpBeatOf(TopicNode topic, bool asks) => new(topic.Id, topic.HighestTerm, topic.HighestHave, context.Tree.Flow.PassedUpTo(topic), asks);

    private sealed class Beats(NodeHandle to)
    {
        public NodeHandle To { get; } = to;

        public List<DownBeat> Down { get; } = [];

        public List<UpBeat> Up { get; } = [];

        public int Count => Down.Count + Up.Count;
    }
}
