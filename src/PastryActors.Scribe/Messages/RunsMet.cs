using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Messages;

/// <summary>The signed runs that were met in a list of messages, and at which message each first was: every run is written, and counted, once.</summary>
internal struct RunsMet
{
    private SignedRun? _last;
    private int _lastAt;
    private Dictionary<SignedRun, int>? _others;

    /// <summary>At which message the run, the very object, was met first; -1 if it was not, and from now on it was at <paramref name="at"/>.</summary>
    public int Meet(SignedRun run, int at)
    {
        // Nearly always it is that of the message before.
        if (ReferenceEquals(run, _last)) return _lastAt;
        if (_last is not null) (_others ??= new Dictionary<SignedRun, int>(ReferenceEqualityComparer.Instance)).TryAdd(_last, _lastAt);
        _last = run;
        if (_others is not null && _others.TryGetValue(run, out int known)) return _lastAt = known;
        _lastAt = at;
        return -1;
    }
}
