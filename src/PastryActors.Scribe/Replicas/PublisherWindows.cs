using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;

namespace PastryActors.Scribe.Replicas;

/// <summary>What is known of a publish.</summary>
internal enum PublishKnowledge
{
    /// <summary>Never seen.</summary>
    Fresh,

    /// <summary>Numbered before.</summary>
    Numbered,

    /// <summary>Too old to tell, or of a start of the publisher that is over: must not be numbered.</summary>
    Stale,
}

/// <summary>
/// Remembers of every publisher which of its last publishes got which sequence number, so that a retry is recognised. Bounded in
/// publishers (who published longest ago is forgotten first) and in publishes each.
/// </summary>
internal sealed class PublisherWindows(int publishersMax)
{
    private readonly SortedDictionary<RingId, PublishRuns> _windows = [];

    // Publishes come in batches of one publisher's.
    private (RingId Publisher, PublishRuns? Window) _last;

    public int Count => _windows.Count;

    /// <summary>Whether what another remembers was put in place since the last <see cref="MarkSaved"/>.</summary>
    public bool IsReplaced { get; private set; }

    /// <summary>The disk has all of it.</summary>
    public void MarkSaved() => IsReplaced = false;

    public PublishKnowledge Find(RingId publisher, uint incarnation, ulong number, out ulong sequence)
    {
        sequence = 0;
        if (WindowOf(publisher) is not { } window || incarnation > window.Incarnation) return PublishKnowledge.Fresh;
        return incarnation < window.Incarnation ? PublishKnowledge.Stale : window.Find(number, out sequence);
    }

    /// <summary>Notes a publish's number. True if another publisher had to be forgotten for it.</summary>
    public bool Mark(RingId publisher, uint incarnation, ulong number, ulong sequence)
    {
        bool forgot = false;
        PublishRuns? window = WindowOf(publisher);
        if (window is null) forgot = MakeRoom();
        if (window is null || incarnation > window.Incarnation) _last = (publisher, window = _windows[publisher] = new PublishRuns(incarnation));
        if (incarnation == window.Incarnation) window.Mark(number, sequence);
        return forgot;
    }

    /// <summary>Forgets all numbers after <paramref name="last"/>: what they were given to did not survive.</summary>
    public void ForgetAfter(ulong last)
    {
        foreach (PublishRuns window in _windows.Values) window.ForgetAfter(last);
    }

    public ValueList<PublisherMemory> Snapshot() => _windows.Select(w => w.Value.Snapshot(w.Key)).ToValueList();

    /// <summary>Replaces everything by what another node remembers.</summary>
    public void Restore(ValueList<PublisherMemory> memories)
    {
        _windows.Clear();
        _last = default;
        IsReplaced = true;
        foreach (PublisherMemory memory in memories)
        {
            if (WindowOf(memory.Publisher) is { } known && known.Incarnation > memory.Incarnation) continue;
            if (!_windows.ContainsKey(memory.Publisher)) MakeRoom();
            _windows[memory.Publisher] = PublishRuns.Of(memory);
            _last = default;
        }
    }

    private PublishRuns? WindowOf(RingId publisher)
    {
        if (_last.Window is null || _last.Publisher != publisher) _last = (publisher, _windows.GetValueOrDefault(publisher));
        return _last.Window;
    }

    private bool MakeRoom()
    {
        if (_windows.Count < publishersMax) return false;
        _last = default;
        _windows.Remove(_windows.MinBy(w => w.Value.LastSequence).Key);
        return true;
    }
}
