using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Root;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Replicas;

/// <summary>
/// Keeps copies of other roots' numbering, and hands them to whoever becomes root. Takes ReplicaState, Replicate, RecoverRequest and
/// LogFetch.
/// </summary>
internal sealed class ReplicaKeeper(ScribeContext context)
{
    private readonly TopicTable<Copy> _copies = new(context.Options.MaxTopics);

    public bool IsEmpty => _copies.Count == 0;

    /// <summary>Takes a message of this keeper's; false if it is none.</summary>
    public bool Take(in RoutedMessage message)
    {
        if (!message.Direct) return false;
        switch (message.Payload)
        {
            case ReplicaState state: OnState(message.Source, state); return true;
            case Replicate replicate: OnReplicate(message.Source, replicate); return true;
            case RecoverRequest request: OnRecover(message.Source, request); return true;
            case LogFetch fetch: OnFetch(message.Source, fetch); return true;
            default: return false;
        }
    }

    /// <summary>The copy of a topic's numbering, for this node to go on from; an empty one if there is none.</summary>
    public TopicLog Take(RingId topic) => _copies.Remove(topic)?.Log ?? new TopicLog(context.Options, context.Budget);

    /// <summary>Keeps the numbering of a root that steps down.</summary>
    public void Keep(RingId topic, TopicLog log)
    {
        _copies.Remove(topic);
        if (log.IsKnown && !_copies.IsFull) _copies.Add(topic, new Copy(log) { LastHeard = context.Now });
        else log.Discard();
    }

    /// <summary>Becomes root of every topic whose numbering is here and whose root is gone.</summary>
    public void NewLeafs() => _copies.ForEach(copy =>
    {
        if (TopicName.Problem(copy.Log.Name) is not null || TopicName.IdOf(copy.Log.Name) is var id && !context.IsRoot(id)) return;
        if (context.FindOrAdd(id, copy.Log.Name) is { } topic) context.Roots.TakeOffice(topic);
    });

    public void Tick() => _copies.ForEach(copy =>
    {
        if (context.Now - copy.LastHeard < context.Options.ReplicaLifetime) return;
        copy.Log.Discard();
        _copies.Remove(TopicName.IdOf(copy.Log.Name));
    });

    private void OnState(NodeHandle from, ReplicaState state)
    {
        if (TopicName.Problem(state.Name) is not null || TopicName.IdOf(state.Name) != state.Topic || state.Term.Root != from.Id)
        {
            context.Report(FactKind.MessageRefused, from.Id);
            return;
        }

        if (context.Topics.Find(state.Topic) is { Office: not null } topic && !GiveWay(topic, from, state)) return;
        Copy? copy = _copies.Find(state.Topic);
        if (copy is null)
        {
            if (_copies.IsFull)
            {
                context.Report(FactKind.Dropped, state.Topic, _copies.Max);
                return;
            }

            _copies.Add(state.Topic, copy = new Copy(new TopicLog(context.Options, context.Budget)));
        }

        copy.LastHeard = context.Now;
        if (state.Term >= copy.Log.Term) Follow(copy.Log, state);
        context.Send(new ReplicaAck(state.Topic, copy.Log.Term, copy.Log.Last), from);
    }

    /// <summary>Another node acts as the root of a topic whose root this one is. True if this one gave way.</summary>
    private bool GiveWay(TopicNode topic, NodeHandle from, ReplicaState state)
    {
        RootOffice office = topic.Office!;
        bool laterTerm = state.Term > office.Log.Term;
        if (laterTerm && topic.Id.IsCloser(from.Id, context.Self.Id))
        {
            context.Roots.Yield(topic, from);
            return true;
        }

        // The nearer of the two stays, in a term above the other's; the acknowledgement with it tells the other to step down.
        if (laterTerm) (topic.ClaimedTerm, topic.ClaimedHave) = (state.Term, Math.Max(topic.ClaimedHave, state.Base));
        context.Roots.Raise(topic);
        if (office.IsServing) context.Send(new ReplicaAck(topic.Id, office.Log.Term, office.Log.Last), from);
        return false;
    }

    private static void Follow(TopicLog log, ReplicaState state)
    {
        if (state.Term == log.Term)
        {
            if (state.Reset && log.Last < state.Start) log.ResetTo(state.Start);
        }
        else if (!state.Reset && log.Term == state.Previous && log.IsKnown)
        {
            log.TruncateAfter(state.Base);
        }
        else
        {
            log.ResetTo(state.Start);
        }

        (log.Term, log.Name) = (state.Term, state.Name);
        log.Windows.Restore(state.Windows);
    }

    private void OnReplicate(NodeHandle from, Replicate message)
    {
        Copy? copy = _copies.Find(message.Topic);
        if (copy is null)
        {
            Term own = context.Topics.Find(message.Topic)?.Office?.Log.Term ?? default;
            context.Send(new ReplicaAck(message.Topic, own, 0), from);
            return;
        }

        if (message.Term == copy.Log.Term && message.Term.Root == from.Id)
        {
            copy.LastHeard = context.Now;
            if (message.Items.Count > 0 && message.First <= copy.Log.Last + 1) copy.Log.Append(Batch.Of(message.First, message.Items, message.Marks));
        }

        context.Send(new ReplicaAck(message.Topic, copy.Log.Term, copy.Log.Last), from);
    }

    private void OnRecover(NodeHandle from, RecoverRequest request)
    {
        TopicNode? topic = context.Topics.Find(request.Topic);
        bool acting = topic?.Office is not null;
        if (acting && request.Topic.IsCloser(from.Id, context.Self.Id))
        {
            context.Roots.Yield(topic!, from);
            acting = false;
        }

        TopicLog? log = topic?.Office?.Log ?? _copies.Find(request.Topic)?.Log;
        Term term = log?.Term ?? default;
        if (topic is not null && topic.Term > term) term = log is { IsKnown: true } ? term : topic.Term;
        ulong heard = topic is { Stream.HasPosition: true } ? topic.Stream.Head : 0;
        bool known = log is { IsKnown: true };
        context.Send(new RecoverAnswer(request.Topic, request.Nonce, known, acting, term, known ? log!.Last : heard, log?.Start ?? 0), from);
    }

    private void OnFetch(NodeHandle from, LogFetch fetch)
    {
        if ((context.Topics.Find(fetch.Topic)?.Office?.Log ?? _copies.Find(fetch.Topic)?.Log) is not { } log) return;
        if (fetch.Windows)
        {
            var memory = new LogItems(fetch.Topic, fetch.Nonce, 0, default, default, log.Windows.Snapshot());
            context.Send(memory, from, memory.Windows.Count * PublisherMemory.WindowSize * sizeof(ulong));
        }
        else if (log.Items.TryRead(fetch.After + 1, log.Last, out Batch batch))
        {
            context.Send(new LogItems(fetch.Topic, fetch.Nonce, batch.First, batch.Items, batch.Marks, default), from, batch.Bytes);
        }
    }

    private sealed class Copy(TopicLog log)
    {
        public TopicLog Log { get; } = log;

        public Instant LastHeard { get; set; }
    }
}
