using PastryActors.Core.Driving;

namespace PastryActors.Scribe.Tree;

/// <summary>
/// How much of a topic's stream is on its way to one child: what was sent and not acknowledged. A child that has more on its way than
/// may be is sent nothing more of the stream until it says that it got some; then it gets what it missed, in larger batches. So a child
/// that stands still costs its parent no more than a window, whatever engine carries the messages.
/// </summary>
internal sealed class ChildWindow
{
    private readonly RunsUnderWay _sent = new();

    /// <summary>On its way, in bytes.</summary>
    public long Bytes => _sent.Bytes;

    /// <summary>The number that the child is to get next, while it is held back; 0 while it keeps up.</summary>
    public ulong HeldFrom { get; private set; }

    public bool IsHeld => HeldFrom > 0;

    /// <summary>Since when it is held back; null while it keeps up.</summary>
    public Instant? HeldSince { get; private set; }

    /// <summary>Since when it is held back and has taken nothing; null while it keeps up.</summary>
    public Instant? StuckSince { get; private set; }

    /// <summary>A run was sent.</summary>
    public void Sent(ulong last, int bytes) => _sent.Add(last, bytes);

    /// <summary>The child has everything up to this number. True if that made room.</summary>
    public bool Acknowledged(ulong reached, Instant now)
    {
        bool made = _sent.TakeUpTo(reached) > 0;
        if (made && IsHeld) StuckSince = now;
        return made;
    }

    /// <summary>The child gets nothing more for now; <paramref name="next"/> is what it gets first when it goes on.</summary>
    public void Hold(ulong next, Instant now) => (HeldFrom, HeldSince, StuckSince) = (next, HeldSince ?? now, StuckSince ?? now);

    /// <summary>The child keeps up again.</summary>
    public void Release() => (HeldFrom, HeldSince, StuckSince) = (0, null, null);

    /// <summary>It joins anew: nothing that was sent before counts.</summary>
    public void Reset()
    {
        _sent.Clear();
        Release();
    }
}
