using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Replicas;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Root;

/// <summary>
/// What a new root learns of the numbering before it: whom it still waits for, what the others said, from whom it fetches. Decides
/// nothing about time; the deadline is the keeper's to set and to watch.
/// </summary>
internal sealed class Recovery
{
    private readonly List<NodeHandle> _waiting = [];
    private readonly List<(NodeHandle Node, RecoverAnswer Answer)> _answers = [];

    public ulong Nonce { get; private set; }

    public Instant Deadline { get; set; }

    /// <summary>From whom the numbering is being fetched.</summary>
    public NodeHandle? Source { get; set; }

    /// <summary>The last number of what is being fetched.</summary>
    public ulong SourceLast { get; private set; }

    public Term SourceTerm { get; private set; }

    /// <summary>The number before the oldest message that can be fetched.</summary>
    public ulong SourceStart { get; private set; }

    /// <summary>Until when fetching from this source must be done.</summary>
    public Instant FetchUntil { get; set; }

    /// <summary>The highest number that anybody has heard of.</summary>
    public ulong HighestLast { get; private set; }

    /// <summary>The highest term that anybody has heard of.</summary>
    public ulong HighestTerm { get; private set; }

    /// <summary>Whether the memory of publishers has come from this source.</summary>
    public bool HasWindows { get; set; }

    public bool IsWaiting => _waiting.Count > 0;

    public IReadOnlyList<NodeHandle> Waiting => _waiting;

    public void Begin(ulong nonce, IEnumerable<NodeHandle> asked)
    {
        Nonce = nonce;
        _waiting.AddRange(asked);
    }

    /// <summary>Takes an answer of a node that was asked; false if it was not, or has answered.</summary>
    public bool Note(NodeHandle from, RecoverAnswer answer)
    {
        if (_waiting.RemoveAll(n => n.Id == from.Id) == 0) return false;
        HighestLast = Math.Max(HighestLast, answer.Last);
        HighestTerm = Math.Max(HighestTerm, answer.Term.Number);
        if (answer.HasLog) _answers.Add((from, answer));
        return true;
    }

    /// <summary>Nothing more is to be expected of the node.</summary>
    public void Forget(RingId node)
    {
        _waiting.RemoveAll(n => n.Id == node);
        _answers.RemoveAll(a => a.Node.Id == node);
    }

    public void StopWaiting() => _waiting.Clear();

    /// <summary>Chooses whose numbering to go on from; false if nobody's is better than what is here.</summary>
    public bool TryChooseSource(TopicLog own)
    {
        Source = null;
        (Term term, ulong last) = (own.Term, own.Last);
        foreach ((NodeHandle node, RecoverAnswer answer) in _answers)
        {
            if (TopicLog.Compare(answer.Term, answer.Last, term, last) <= 0) continue;
            (Source, term, last, SourceStart) = (node, answer.Term, answer.Last, answer.Start);
        }

        (SourceTerm, SourceLast) = (term, last);
        return Source is not null;
    }

    /// <summary>Whether another node holds all of the log, too.</summary>
    public bool IsConfirmed(TopicLog log) => log.Last == 0 || _answers.Exists(a => a.Answer.Term == log.Term && a.Answer.Last >= log.Last);
}
