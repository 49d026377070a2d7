using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Publishing;

/// <summary>A publish that waits for its number.</summary>
internal sealed class OpenPublish(ulong number, long requestId, Instant deadline, Blob payload)
{
    public ulong Number { get; } = number;

    public long RequestId { get; } = requestId;

    public Instant Deadline { get; } = deadline;

    public Blob Payload { get; } = payload;

    /// <summary>When it was sent to the root that is being used, or given to be signed for it; null if it was not.</summary>
    public Instant? SentAt { get; set; }

    /// <summary>Whether it waits no longer: it has its number, or has failed.</summary>
    public bool IsOver { get; set; }

    /// <summary>With which others it was sent last.</summary>
    public long SentWith { get; set; }

    /// <summary>The signature over it; null while there is none.</summary>
    public SignedRun? Run { get; set; }

    /// <summary>Since when the root has said that it has no room for it; null if it has not.</summary>
    public Instant? RefusedSince { get; set; }
}

/// <summary>This node's publishes to one topic: gives them running numbers, decides what goes out when, and what goes out again.</summary>
internal sealed class TopicPublisher(RingId topic, string name, ulong firstNumber)
{
    /// <summary>Below this many unanswered publishes each goes out at once; above, they gather and go together when answers make room, or <see cref="GatheredMin"/> are there.</summary>
    private const int EagerMax = 32;

    /// <summary>So many that have gathered wait for no answer: a quarter of what may be open, so that root and publisher need not wait for each other.</summary>
    private const int GatheredMin = PublisherMemory.WindowSize / 4;

    /// <summary>With so many bytes unanswered what gathers waits for answers all the same: the publishers of a topic share the <see cref="ScribeOptions.UnconfirmedBytesMax"/> of its root.</summary>
    private const int UnderWayBytesMax = 512 * 1024;

    /// <summary>
    /// How many parts the open publishes may have been sent in at most: the root remembers a run for each (<see cref="PublisherMemory.RunsMax"/>). More than go
    /// out by themselves, so it only matters where the oldest waits alone.
    /// </summary>
    private const int PartsMax = PublisherMemory.RunsMax / 2;

    private readonly List<OpenPublish> _open = [];

    // The last number of every part that was sent, or given to be signed, for the first time and has something open.
    private readonly Queue<ulong> _parts = new();
    private ulong _highestSent = firstNumber - 1;
    private long _lastSent;
    private int _underWay;
    private long _underWayBytes;

    public RingId Topic { get; } = topic;

    public string Name { get; } = name;

    /// <summary>The number of the next publish.</summary>
    public ulong NextNumber { get; private set; } = firstNumber;

    /// <summary>The root, if it is known.</summary>
    public NodeHandle? Root { get; set; }

    /// <summary>Who the root is.</summary>
    public Question RootQuestion { get; } = new();

    public Instant LastUsed { get; set; }

    /// <summary>What the root said of the topic when it answered last; null before.</summary>
    public TopicSettings? Rules { get; set; }

    /// <summary>Whether its messages are signed before they go out.</summary>
    public bool Signs { get; set; }

    /// <summary>Whether a signature is being made. What comes meanwhile shares the next.</summary>
    public bool IsSigning { get; set; }

    /// <summary>Nothing goes out before: the root has no room.</summary>
    public Instant HeldUntil { get; set; }

    public int OpenCount => _open.Count;

    /// <summary>The number of the oldest publish that waits; only if there is one.</summary>
    public ulong Oldest => _open[0].Number;

    public void Add(long requestId, Instant deadline, Blob payload) => _open.Add(new OpenPublish(NextNumber++, requestId, deadline, payload));

    /// <summary>The next publishes that go together, to the root or to be signed: these have no signature yet, and their numbers no gap. None if none may go now.</summary>
    public List<OpenPublish> NextToSend(Instant now, int bytesMax)
    {
        int start = now < HeldUntil ? _open.Count : FirstUnsent();
        var next = new List<OpenPublish>(Math.Min(_open.Count - start, SignedRun.MessagesMax));
        if (start == _open.Count) return next;
        ulong limit = _open[0].Number + PublisherMemory.WindowSize;
        while (_parts.TryPeek(out ulong end) && end < _open[0].Number) _parts.Dequeue();
        int bytes = 0;
        for (int i = start; i < _open.Count && _open[i].Number < limit; i++)
        {
            OpenPublish open = _open[i];
            if (open.SentAt is not null) continue;
            if (open.Number > _highestSent && _parts.Count >= PartsMax) break;
            bytes += open.Payload.Length;
            if (next.Count > 0 && bytes > bytesMax) break;
            if (Signs && !GoesWith(next, open)) break;
            next.Add(open);
        }

        _lastSent++;
        foreach (OpenPublish open in next) Sent(open, now);
        if (next.Count > 0 && next[^1].Number > _highestSent) _parts.Enqueue(_highestSent = next[^1].Number);
        return next;
    }

    /// <summary>The signature over these is made. They go to the root: what is still open and counts as sent at once, the rest when it is its turn.</summary>
    public List<OpenPublish> Signed(List<OpenPublish> messages, SignedRun run, Instant now)
    {
        foreach (OpenPublish open in messages) open.Run = run;
        List<OpenPublish> next = messages.FindAll(static o => o is { IsOver: false, SentAt: not null });
        if (now >= HeldUntil) return next;
        next.ForEach(Unsend);
        return [];
    }

    /// <summary>The publish of this number was refused: it and all after it go out again when the time has come. Those that were sent with it are refused as well; which were for too long are taken out.</summary>
    public List<OpenPublish> Hold(ulong from, Instant now, Instant until, TimeSpan patience)
    {
        if (Find(from) is not { SentAt: not null } first) return [];
        HeldUntil = until;
        foreach (OpenPublish open in _open)
        {
            if (open.Number < from) continue;
            if (open.SentWith == first.SentWith) open.RefusedSince ??= now;
            Unsend(open);
        }

        List<OpenPublish> over = _open.FindAll(o => o is { SentAt: null, RefusedSince: { } since } && now - since >= patience);
        over.ForEach(End);
        _open.RemoveAll(over.Contains);
        return over;
    }

    private bool GoesWith(List<OpenPublish> others, OpenPublish open)
    {
        if (open.Run is not null) return others.Count == 0 || others[^1].Run is not null;
        return !IsSigning && others.Count < SignedRun.MessagesMax && (others.Count == 0 || (others[^1].Run is null && others[^1].Number + 1 == open.Number));
    }

    /// <summary>Takes out the publish of that number; null if it is not open any more.</summary>
    public OpenPublish? Take(ulong number)
    {
        int index = _open.FindIndex(o => o.Number == number);
        if (index < 0) return null;
        OpenPublish open = _open[index];
        _open.RemoveAt(index);
        End(open);
        return open;
    }

    /// <summary>Takes out the publishes of so many numbers from that one on, as far as they are open.</summary>
    public List<OpenPublish> TakeRun(ulong number, int count)
    {
        int first = _open.FindIndex(o => o.Number >= number);
        if (first < 0) return [];
        int end = first;
        while (end < _open.Count && _open[end].Number - number < (ulong)count) end++;
        List<OpenPublish> taken = _open.GetRange(first, end - first);
        _open.RemoveRange(first, end - first);
        taken.ForEach(End);
        return taken;
    }

    /// <summary>Takes out one publish whose time is over; null if there is none.</summary>
    public OpenPublish? TakeExpired(Instant now)
    {
        return _open.Find(o => o.Deadline <= now) is { } expired ? Take(expired.Number) : null;
    }

    /// <summary>Takes out one publish of whatever age; null if there is none.</summary>
    public OpenPublish? TakeAny() => _open.Count == 0 ? null : Take(_open[0].Number);

    /// <summary>Whether something was sent before <paramref name="before"/> and not answered.</summary>
    public bool HasOverdue(Instant before) => _open.Exists(o => o.SentAt <= before);

    /// <summary>The root is in doubt: everything open goes out again, to whoever it turns out to be.</summary>
    public void Unsend()
    {
        (Root, HeldUntil) = (null, default);
        SendAgain();
    }

    /// <summary>Everything open goes out again.</summary>
    public void SendAgain()
    {
        foreach (OpenPublish open in _open) Unsend(open);
    }

    /// <summary>The publish of that number; null if it is not open any more.</summary>
    public OpenPublish? Find(ulong number) => _open.Find(o => o.Number == number);

    private void Sent(OpenPublish open, Instant now)
    {
        (open.SentAt, open.SentWith) = (now, _lastSent);
        Count(open, +1);
    }

    private void Unsend(OpenPublish open)
    {
        if (open.SentAt is null) return;
        open.SentAt = null;
        Count(open, -1);
    }

    private void End(OpenPublish open)
    {
        open.IsOver = true;
        if (open.SentAt is not null) Count(open, -1);
    }

    private void Count(OpenPublish open, int sign)
    {
        _underWay += sign;
        _underWayBytes += sign * open.Payload.Length;
    }

    /// <summary>The place of the first that may go now; behind the last if as many are unanswered as may be before others gather.</summary>
    private int FirstUnsent()
    {
        bool mayGo = _underWay <= EagerMax || (!IsSigning && NextNumber - 1 - _highestSent >= GatheredMin && _underWayBytes <= UnderWayBytesMax);
        int first = mayGo ? _open.FindIndex(static o => o.SentAt is null) : -1;
        return first < 0 ? _open.Count : first;
    }
}
