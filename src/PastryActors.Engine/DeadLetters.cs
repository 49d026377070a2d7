using PastryActors.Core.Driving;

namespace PastryActors.Engine;

/// <summary>Why a message reached nobody. The name in kebab case is the metric's tag.</summary>
public enum DeadLetterReason
{
    /// <summary>The receiving node's mailbox had no room: its core is too slow for what comes in. Raise nothing; find what blocks the node.</summary>
    MailboxFull,

    /// <summary>The node has stopped, was given up, or never was here.</summary>
    NodeGone,

    /// <summary>A result or a timer of a core that failed and was replaced: the new one never asked.</summary>
    CoreReplaced,

    /// <summary>The link's send queue had no room in messages or bytes: the peer or the network is slower than the sender.</summary>
    SendQueueFull,

    /// <summary>No connection could be made within the deadline.</summary>
    Unreachable,

    /// <summary>The connection was lost before the message was written.</summary>
    ConnectionLost,

    /// <summary>The message or its content is larger than the peer or this engine accepts, or its bytes are not in memory.</summary>
    NotSendable,
}

/// <summary>One message that reached nobody, for the operator's eyes.</summary>
/// <param name="At">When, on the engine's clock.</param>
/// <param name="Reason">Why.</param>
/// <param name="What">What kind of message, for whom.</param>
public readonly record struct DeadLetter(Instant At, DeadLetterReason Reason, string What);

/// <summary>Counts the messages that reached nobody, and keeps the latest examples. Safe for any thread.</summary>
public sealed class DeadLetters
{
    /// <summary>How many examples are kept.</summary>
    public const int ExamplesMax = 32;

    private const int ReasonCount = (int)DeadLetterReason.NotSendable + 1;

    /// <summary>A flood of drops is counted to the last one, but described at most this often for each reason.</summary>
    private static readonly TimeSpan ExampleInterval = TimeSpan.FromMilliseconds(100);

    private readonly long[] _counts = new long[ReasonCount];
    private readonly long[] _nextExampleTicks = new long[ReasonCount];
    private readonly Queue<DeadLetter> _examples = new();

    /// <summary>How many messages were lost for this reason.</summary>
    public long this[DeadLetterReason reason] => Volatile.Read(ref _counts[(int)reason]);

    /// <summary>How many messages were lost in all.</summary>
    public long Total => _counts.Sum();

    /// <summary>The latest examples, oldest first.</summary>
    public IReadOnlyList<DeadLetter> Examples
    {
        get
        {
            lock (_examples) return [.. _examples];
        }
    }

    /// <summary>Counts <paramref name="count"/> messages like <paramref name="what"/> that were meant for <paramref name="to"/>.</summary>
    public void Add(DeadLetterReason reason, object? what, object? to, long count = 1)
    {
        Interlocked.Add(ref _counts[(int)reason], count);
        Instant now = MonotonicClock.Now;
        ref long next = ref _nextExampleTicks[(int)reason];
        long due = Volatile.Read(ref next);
        if (now.Ticks < due || Interlocked.CompareExchange(ref next, (now + ExampleInterval).Ticks, due) != due) return;
        var example = new DeadLetter(now, reason, $"{what?.GetType().Name ?? "message"} to {to ?? "nobody"}");
        lock (_examples)
        {
            if (_examples.Count == ExamplesMax) _examples.Dequeue();
            _examples.Enqueue(example);
        }
    }
}
