using PastryActors.Core.Driving;
using PastryActors.Past.Operations;
using PastryActors.Past.Requests;

namespace PastryActors.Past.Repair;

/// <summary>
/// Decides when the next object may be fetched to restore k: never while paused, no more at once and no more bytes a second than an
/// operator said, and fewer at once while users' own requests are under way here.
/// </summary>
/// <param name="userWork">Requests of users under way on this node.</param>
internal sealed class RepairGovernor(PastContext context, Func<int> userWork)
{
    /// <summary>From this many on a node is busy with its users: what a few uploads keep open, and an idle ring never does.</summary>
    private const int BusyFrom = 16;

    /// <summary>While it is, repair gets this part of its window: it goes on, since until it is done a file may be one failure from its end.</summary>
    private const int BusyPart = 4;

    /// <summary>Bytes of record and certificate that come with every object.</summary>
    private const int OverheadBytes = 1024;

    /// <summary>What may be taken in advance after a rest: more is a burst that the disk notices.</summary>
    private static readonly TimeSpan Advance = TimeSpan.FromMilliseconds(250);

    // When what was begun so far is paid for.
    private Instant _paidAt = new(long.MinValue / 2);

    /// <summary>Whether nothing may begin. What is under way ends.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Bytes a second.</summary>
    public long BytesPerSecond { get; private set; } = context.Options.RepairBytesPerSecond;

    /// <summary>Objects at once.</summary>
    public int ObjectsAtOnce { get; private set; } = context.Options.RepairWindow;

    /// <summary>Objects at once, as things are.</summary>
    public int Window => IsPaused ? 0 : IsBusy ? Math.Max(1, ObjectsAtOnce / BusyPart) : ObjectsAtOnce;

    private bool IsBusy => userWork() >= BusyFrom;

    /// <summary>How long until the rate allows the next; zero if it does.</summary>
    public TimeSpan Wait => _paidAt <= context.Host.Now ? TimeSpan.Zero : _paidAt - context.Host.Now;

    /// <summary>An object of that length is being fetched.</summary>
    public void Began(int length)
    {
        Instant from = context.Host.Now - Advance;
        if (_paidAt > from) from = _paidAt;

        // A neighbour says how long it is, and no object is longer than a chunk.
        _paidAt = from + TimeSpan.FromSeconds((Math.Clamp(length, 0, context.Options.ChunkSizeBytes) + (double)OverheadBytes) / BytesPerSecond);
    }

    /// <summary>An operator changes what is not null.</summary>
    public void Steer(bool? paused, long? bytesPerSecond, int? objectsAtOnce)
    {
        IsPaused = paused ?? IsPaused;
        BytesPerSecond = Math.Max(bytesPerSecond ?? BytesPerSecond, PastOptions.RepairBytesPerSecondMin);
        ObjectsAtOnce = Math.Clamp(objectsAtOnce ?? ObjectsAtOnce, 1, PastOptions.RepairWindowMax);
        if (bytesPerSecond is not null) _paidAt = context.Host.Now;
    }

    /// <summary>What holds up or drives what waits.</summary>
    public RepairActivity ActivityOf(int waiting, int underWay) =>
        IsPaused ? RepairActivity.Paused
        : waiting + underWay == 0 ? RepairActivity.Idle
        : waiting > 0 && Wait > TimeSpan.Zero ? RepairActivity.Throttled
        : IsBusy ? RepairActivity.Yielding
        : RepairActivity.Working;
}
