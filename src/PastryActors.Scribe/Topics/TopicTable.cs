using PastryActors.Core.Ring;

namespace PastryActors.Scribe.Topics;

/// <summary>Values by topic, bounded; walked in the order of their ids, so that every run of the same events is the same.</summary>
internal sealed class TopicTable<T>(int max)
    where T : class
{
    private readonly Dictionary<RingId, T> _byId = [];
    private readonly SortedSet<RingId> _ids = [];
    private RingId[]? _walk;

    public int Count => _byId.Count;

    public bool IsFull => _byId.Count >= max;

    public int Max => max;

    public T? Find(RingId topic) => _byId.GetValueOrDefault(topic);

    public void Add(RingId topic, T value)
    {
        _byId.Add(topic, value);
        _ids.Add(topic);
        _walk = null;
    }

    public T? Remove(RingId topic)
    {
        if (_ids.Remove(topic)) _walk = null;
        return _byId.Remove(topic, out T? value) ? value : null;
    }

    /// <summary>Calls for every value that is there when its turn comes; values may go while it walks.</summary>
    public void ForEach(Action<T> action)
    {
        if (_byId.Count == 0) return;
        foreach (RingId id in _walk ??= [.. _ids])
        {
            if (_byId.TryGetValue(id, out T? value)) action(value);
        }
    }
}
