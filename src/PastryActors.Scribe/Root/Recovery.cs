using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Replicas;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Root;

/// <summary>On what ground a new root may go on.</summary>
internal enum Ground
{
    /// <summary>None yet.</summary>
    None,

    /// <summary>A majority of the group has promised: among what they hold is all that was ever acknowledged.</summary>
    Majority,

    /// <summary>A new group begins, and nothing acknowledged is missing: nobody has heard of the topic, or one of every majority has promised.</summary>
    NewGroup,

    /// <summary>No majority answered for so long that the topic goes on without: what was acknowledged may be lost.</summary>
    Surrender,
}

/// <summary>
/// What a new root learns of the numbering before it: who has promised to follow no earlier term, what they hold, from whom it fetches.
/// Decides nothing about time; the deadline is the keeper's to set and to watch.
/// </summary>
internal sealed class Recovery
{
    private readonly List<NodeHandle> _waiting = [];
    private readonly List<(NodeHandle Node, RecoverAnswer Answer)> _promises = [];

    /// <summary>The term that the promises are asked for.</summary>
    public Term Term { get; private set; }

    public ulong Nonce { get; private set; }

    public Instant Deadline { get; set; }

    /// <summary>Whether the time for all to answer was over once.</summary>
    public bool HasWaited { get; set; }

    /// <summary>Whether a timer is on its way for the moment at which the topic may begin.</summary>
    public bool IsTimed { get; set; }

    /// <summary>Whether to go on without a majority of the group.</summary>
    public bool Surrenders { get; set; }

    /// <summary>The highest term that somebody has promised to another; none if nobody refused.</summary>
    public Term Refusal { get; private set; }

    /// <summary>From whom the numbering is being fetched.</summary>
    public NodeHandle? Source { get; private set; }

    /// <summary>The last number of what is being fetched.</summary>
    public ulong SourceLast { get; private set; }

    public Term SourceTerm { get; private set; }

    /// <summary>The number before the oldest message that can be fetched.</summary>
    public ulong SourceStart { get; private set; }

    /// <summary>Where the fetched log grows, if it does not continue this node's own.</summary>
    public TopicLog? Fetched { get; set; }

    /// <summary>Until when fetching from this source must be done.</summary>
    public Instant FetchUntil { get; set; }

    /// <summary>The highest number that anybody without a log has heard of.</summary>
    public ulong HighestLast { get; private set; }

    /// <summary>The highest term that anybody has heard a root of.</summary>
    public ulong HighestTerm { get; private set; }

    /// <summary>The group in force, as far as anybody told.</summary>
    public ReplicaGroup Group { get; private set; } = ReplicaGroup.None;

    /// <summary>Whether the memory of publishers has come from this source.</summary>
    public bool HasWindows { get; set; }

    public IReadOnlyList<NodeHandle> Waiting => _waiting;

    /// <summary>Asks anew, for a later term.</summary>
    public void Begin(Term term, ulong nonce)
    {
        (Term, Nonce, Refusal, HasWaited) = (term, nonce, default, false);
        _waiting.Clear();
        _promises.Clear();
        DropSource();
    }

    /// <summary>Nodes to be asked too, unless they are being asked or have promised.</summary>
    public void Add(IEnumerable<NodeHandle> nodes)
    {
        foreach (NodeHandle node in nodes)
        {
            if (!IsAsked(node) && !HasPromised(node)) _waiting.Add(node);
        }
    }

    /// <summary>This node's own knowledge counts like that of others.</summary>
    public void Know(ReplicaGroup group)
    {
        if (group.Supersedes(Group)) Group = group;
    }

    /// <summary>Takes an answer of a node that was asked; false if it was not, or has answered.</summary>
    public bool Note(NodeHandle from, RecoverAnswer answer)
    {
        if (_waiting.RemoveAll(n => ReplicaGroup.IsSame(n, from)) == 0) return false;
        // The end of a log may be what no majority ever held: only what was seen counts as seen.
        if (!answer.HasLog) HighestLast = Math.Max(HighestLast, answer.Last);
        HighestTerm = Math.Max(HighestTerm, answer.Term.Number);
        Know(answer.Group);
        if (answer.Promised == Term) _promises.Add((from, answer));
        else if (answer.Promised > Refusal) Refusal = answer.Promised;
        return true;
    }

    /// <summary>Nothing more is to be expected of the node.</summary>
    public void Forget(NodeHandle node)
    {
        _waiting.RemoveAll(n => ReplicaGroup.IsSame(n, node));
        _promises.RemoveAll(p => ReplicaGroup.IsSame(p.Node, node));
    }

    public bool HasPromised(NodeHandle node) => _promises.Exists(p => ReplicaGroup.IsSame(p.Node, node));

    /// <summary>Whether the promises suffice to go on, and why.</summary>
    /// <param name="self">This node, which has promised itself; null if it has forgotten what it promised before, and its own promise is worth nothing.</param>
    /// <param name="closest">Who would make up a new group.</param>
    /// <param name="mayBegin">Whether the topic may begin here if nobody has heard of it.</param>
    public Ground FindGround(NodeHandle? self, IReadOnlyCollection<NodeHandle> closest, bool mayBegin)
    {
        bool Promises(NodeHandle n) => (self is not null && ReplicaGroup.IsSame(n, self)) || HasPromised(n);
        if (Group.HasMajority(Promises)) return Ground.Majority;
        if (!ReplicaGroup.IsMajority(closest, Promises)) return Ground.None;
        if (Surrenders) return Group.MeetsEveryMajority(Promises) ? Ground.NewGroup : Ground.Surrender;
        return !Group.IsKnown && mayBegin && HighestTerm == 0 && (HasWaited || _waiting.Count == 0) ? Ground.NewGroup : Ground.None;
    }

    /// <summary>Chooses whose numbering to go on from; false if nobody's is better than what is here.</summary>
    public bool TryChooseSource(TopicLog own)
    {
        DropSource();
        (Term term, ulong last) = (own.Term, own.Last);
        foreach ((NodeHandle node, RecoverAnswer answer) in _promises)
        {
            if (!answer.HasLog || TopicLog.Compare(answer.Term, answer.Last, term, last) <= 0) continue;
            (Source, term, last, SourceStart) = (node, answer.Term, answer.Last, answer.Start);
        }

        (SourceTerm, SourceLast) = (term, last);
        return Source is not null;
    }

    /// <summary>The source is silent: its promise does not count while what it holds cannot be had. It is asked again.</summary>
    public void GiveUpSource()
    {
        if (Source is not { } silent) return;
        Forget(silent);
        _waiting.Add(silent);
        DropSource();
    }

    public void DropSource()
    {
        Fetched?.Discard();
        (Source, Fetched, HasWindows) = (null, null, false);
    }

    private bool IsAsked(NodeHandle node) => _waiting.Exists(n => ReplicaGroup.IsSame(n, node));
}
