using PastryActors.Core.Driving;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Prefixes;

/// <summary>What a publishing node knows of one prefix: whether anybody wants it, until when that holds, and what waits to know it.</summary>
internal sealed class PrefixLease(string prefix)
{
    private readonly Queue<PrefixPublish> _waiting = new();

    public string Prefix => prefix;

    public bool IsWanted { get; private set; }

    /// <summary>What the prefix's creator decided; that of nobody where its root is not in office yet.</summary>
    public TopicSettings Rules { get; private set; } = TopicSettings.Default;

    public Instant ValidUntil { get; private set; }

    /// <summary>Whether anybody wants it.</summary>
    public Question Question { get; } = new();

    public Instant LastUsed { get; set; }

    public int WaitingCount => _waiting.Count;

    /// <summary>The answer counts from when it was asked for: what came after that the root could not know.</summary>
    public void Learn(bool isWanted, TopicSettings? rules, TimeSpan lease)
    {
        Question.Close();
        (IsWanted, Rules, ValidUntil) = (isWanted, rules ?? TopicSettings.Default, Question.FirstAt + lease);
    }

    public void Wait(PrefixPublish publish) => _waiting.Enqueue(publish);

    /// <summary>The first that waits; null if none does. The messages of one publisher keep their order, so the others wait for it.</summary>
    public PrefixPublish? First => _waiting.TryPeek(out PrefixPublish? next) ? next : null;

    public void RemoveFirst() => _waiting.Dequeue();
}

/// <summary>One publish on its way to its topic and to the prefixes above.</summary>
internal sealed class PrefixPublish(Requests.Publish request, Instant begun, Instant deadline)
{
    public Requests.Publish Request { get; } = request;

    /// <summary>What was asked before the time of a lease had passed tells of subscriptions that stood by now.</summary>
    public Instant BegunAt { get; } = begun;

    public Instant Deadline { get; } = deadline;

    /// <summary>Of its parts, how many have not ended.</summary>
    public int Open { get; set; }

    /// <summary>Whether its own topic has it; null while that is not known.</summary>
    public bool? IsTaken { get; set; }

    /// <summary>Its number in its own topic.</summary>
    public ulong Sequence { get; set; }

    /// <summary>The first part that failed.</summary>
    public Failed? Failure { get; set; }
}
