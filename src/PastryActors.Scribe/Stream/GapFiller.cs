using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Scribe.Stream;

/// <summary>What to do about a hole.</summary>
internal enum GapStep
{
    AskParent,
    AskRoot,
    GiveUp,
}

/// <summary>
/// Watches the first hole of one topic's stream: how long it stands, who was asked, who is next. The parent first, whose buffer holds
/// what one lost message took; then the root; in turns until the hole closes or its time is over.
/// </summary>
internal sealed class GapFiller
{
    private Instant _since;
    private ulong _holeAt;
    private int _attempts;

    /// <summary>Which watch it is: timers of an earlier one mean nothing.</summary>
    public long Watch { get; private set; }

    public bool IsWatching { get; private set; }

    /// <summary>Who was asked last, and may therefore answer.</summary>
    public RingId? Asked { get; private set; }

    /// <summary>The last number asked for; 0 if none was.</summary>
    public ulong AskedTo { get; private set; }

    public void Begin(ulong holeAt, Instant now)
    {
        Watch++;
        (IsWatching, _since, _holeAt, _attempts, AskedTo) = (true, now, holeAt, 0, 0);
    }

    public void End() => (IsWatching, AskedTo) = (false, 0);

    /// <summary>Whose turn it is, for the hole that begins at <paramref name="holeAt"/> now.</summary>
    public GapStep Step(ulong holeAt, Instant now, TimeSpan timeout)
    {
        if (holeAt != _holeAt) (_since, _holeAt, _attempts) = (now, holeAt, 0);
        if (now - _since >= timeout) return GapStep.GiveUp;
        return _attempts++ % 2 == 0 ? GapStep.AskParent : GapStep.AskRoot;
    }

    /// <summary>The parent has not got it: the root is next.</summary>
    public void TurnToRoot() => _attempts |= 1;

    public void NoteAsked(RingId node, ulong to) => (Asked, AskedTo) = (node, to);
}
