using PastryActors.Core.Driving;

namespace PastryActors.Scribe.Prefixes;

/// <summary>What a publishing node knows of one prefix: whether anybody wants it, until when that holds, and what waits to know it.</summary>
internal sealed class PrefixLease(string prefix)
{
    private readonly Queue<PrefixPublish> _waiting = new();

    public string Prefix => prefix;

    public bool IsWanted { get; private set; }

    public Instant ValidUntil { get; private set; }

    /// <summary>Of the question that is open; 0 if none is.</summary>
    public ulong Nonce { get; private set; }

    /// <summary>When the question went out first.</summary>
    public Instant AskedAt { get; private set; }

    /// <summary>When it went out last.</summary>
    public Instant SentAt { get; private set; }

    public Instant LastUsed { get; set; }

    public int WaitingCount => _waiting.Count;

    /// <summary>The question goes out; again under its first nonce while it is open, or no answer would count where a round trip takes longer than patience lasts.</summary>
    public void Ask(ulong nonce, Instant now)
    {
        if (Nonce == 0) (Nonce, AskedAt) = (nonce, now);
        SentAt = now;
    }

    /// <summary>The answer counts from when it was asked for: what came after that the root could not know.</summary>
    public void Learn(bool isWanted, TimeSpan lease) => (IsWanted, ValidUntil, Nonce) = (isWanted, AskedAt + lease, 0);

    public void Wait(PrefixPublish publish) => _waiting.Enqueue(publish);

    public PrefixPublish? TakeWaiting() => _waiting.TryDequeue(out PrefixPublish? next) ? next : null;

    /// <summary>The next one that waits, if its time is up.</summary>
    public PrefixPublish? TakeExpired(Instant now) => _waiting.TryPeek(out PrefixPublish? next) && now >= next.Deadline ? _waiting.Dequeue() : null;
}

/// <summary>One publish on its way to its topic and to the prefixes above.</summary>
internal sealed class PrefixPublish(Requests.Publish request, Instant deadline)
{
    public Requests.Publish Request { get; } = request;

    public Instant Deadline { get; } = deadline;

    /// <summary>Of its parts, how many have not ended.</summary>
    public int Open { get; set; }

    /// <summary>Its number in its own topic.</summary>
    public ulong Sequence { get; set; }

    /// <summary>The first part that failed.</summary>
    public Failed? Failure { get; set; }
}
