using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Journal;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Replicas;

/// <summary>
/// One node's replica of a topic's numbering: the log, what the node has promised, and whose majority decides. It keeps two rules that
/// every root relies on: after a promise nothing of an earlier term is taken, and a complete log is never given up for one that is not.
/// </summary>
internal sealed class TopicReplica(RingId topic, string name, TopicLog log, Func<TopicLog> newLog)
{
    /// <summary>How far a claim may lift a term at once: far above what any split lets two roots drift apart, far below what would end the terms by one lie.</summary>
    public const ulong JumpMax = 1UL << 32;

    private ReplicaGroup _group = ReplicaGroup.None;
    private TopicLog? _filling;
    private ulong _fillingBase;

    public RingId Topic { get; } = topic;

    /// <summary>The topic's name; empty where only the id is known.</summary>
    public string Name { get; set; } = name;

    /// <summary>The log: all that its term began with, and what of the term came after.</summary>
    public TopicLog Log { get; private set; } = log;

    /// <summary>No earlier term is followed any more.</summary>
    public Term Promised { get; private set; }

    /// <summary>The latest group heard of from a root that was followed.</summary>
    public ReplicaGroup Group
    {
        get => _group;
        set
        {
            _group = value;
            Pin();
        }
    }

    /// <summary>Whether what is promised and held here must be on the disk before it is said.</summary>
    public bool IsDurable => Group.Record.Settings.Retain.IsDurable;

    public Instant LastHeard { get; set; }

    /// <summary>Whether there is anything that must not be forgotten.</summary>
    public bool IsWorthKeeping => Log.IsKnown || _filling is not null || Promised.Number > 0;

    /// <summary>The log that the current root writes to.</summary>
    private TopicLog Current => _filling ?? Log;

    /// <summary>Promises to follow no earlier term. False if a later one was promised or followed before, or the claim is out of all proportion.</summary>
    public bool Grant(Term term)
    {
        if (term == Promised) return true;
        if (term < Promised || term <= Current.Term || term.Number - Math.Max(Promised.Number, Current.Term.Number) > JumpMax) return false;
        Promised = term;
        return true;
    }

    /// <summary>A root begins this copy, or begins it anew. False if it is a root no longer, or the claim is out of all proportion.</summary>
    public bool Follow(ReplicaState state)
    {
        if (!Grant(state.Term)) return false;
        Name = state.Name;
        if (state.Group.Supersedes(Group)) Group = state.Group;
        if (state.Term == Current.Term)
        {
            // It comes again, or late: what has come after it stays.
            if (state.Reset && Current.Last < state.Start) Begin(Current, state);
        }
        else if (!state.Reset && Log.IsKnown && Log.Term == state.Previous && Log.Last >= state.Base)
        {
            DropFilling();
            Log.TruncateAfter(state.Base);
            Log.Term = state.Term;
            Log.Windows.Restore(state.Windows);
        }
        else
        {
            Fill(state);
        }

        return true;
    }

    /// <summary>Takes what a root has numbered. False if that root is one no longer, or has not begun this copy.</summary>
    public bool Append(Replicate message)
    {
        if (message.Term != Current.Term || message.Term < Promised) return false;
        if (message.Group.Supersedes(Group)) Group = message.Group;
        if (message.Items.Count > 0 && message.First <= Current.Last + 1) Current.Append(Batch.Of(message.First, message.Items, message.Marks));
        EndFilling();
        return true;
    }

    /// <summary>What to answer to a root of that term: where the copy stands, or, if a later term is promised, that.</summary>
    public ReplicaAck AckTo(Term term) => new(Topic, term < Promised ? Promised : Current.Term, Current.Last, Group.Version);

    /// <summary>Puts a log that was fetched whole in place of this one.</summary>
    public void Replace(TopicLog fetched)
    {
        DropFilling();
        Log.Discard();
        Log = fetched;
        Pin();
    }

    /// <summary>Takes one change from the journal.</summary>
    public void Restore(JournalEntry entry)
    {
        Name = entry.Name;
        if (entry.Promised > Promised) Promised = entry.Promised;
        if (entry.Group.IsKnown) Group = entry.Group;
        if (entry.Parts > 0) Log.ResetTo(entry.Keep);
        else Log.TruncateAfter(entry.Keep);
        if (entry.Parts > 0 || entry.Windows.Count > 0) Log.Windows.Restore(entry.Windows);
        Log.Term = entry.Term;
        if (entry.Items.Count > 0) Log.Append(Batch.Of(entry.First, entry.Items, entry.Marks));
    }

    /// <summary>This node goes on as root: what was being filled up for another is of no use.</summary>
    public void DropFilling()
    {
        _filling?.Discard();
        _filling = null;
    }

    /// <summary>Gives the memory back.</summary>
    public void Discard()
    {
        DropFilling();
        Log.Discard();
    }

    /// <summary>What is here is not the beginning of the root's log, or not all of what its term began with: another is filled up beside it.</summary>
    private void Fill(ReplicaState state)
    {
        bool isBeginning = !state.Reset && Log.IsKnown && Log.Term == state.Previous && Log.Last >= state.Start;
        DropFilling();
        _filling = newLog();
        _fillingBase = state.Base;
        Begin(_filling, state);
        if (isBeginning) CopyInto(_filling, state.Start, state.Base);
        EndFilling();
    }

    private void CopyInto(TopicLog to, ulong after, ulong until)
    {
        ulong from = after + 1;
        while (from <= until && Log.Items.TryRead(from, until, out Batch batch) && batch.First == to.Last + 1)
        {
            to.Append(batch);
            from = batch.Last + 1;
        }
    }

    private static void Begin(TopicLog log, ReplicaState state)
    {
        log.ResetTo(state.Start);
        log.Term = state.Term;
        log.Windows.Restore(state.Windows);
    }

    private void EndFilling()
    {
        if (_filling is not { } filled || filled.Last < _fillingBase) return;
        _filling = null;
        Log.Discard();
        Log = filled;
        Pin();
    }

    /// <summary>What is retained and not in history yet must not fall out of the log.</summary>
    private void Pin() => Log.Items.PinnedFrom = IsDurable ? Group.Record.History.Last + 1 : ulong.MaxValue;
}
