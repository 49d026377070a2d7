using System.Collections.Concurrent;

namespace PastryActors.Tcp.Connections;

/// <summary>
/// The connections being made, by what they are for. One that is closed is as good as gone: whoever finds it so takes it out, or a sender
/// that looks for the route again would find it again for ever.
/// </summary>
internal sealed class DialBook
{
    private readonly ConcurrentDictionary<DialKey, Dial> _dials = new();

    public int Count => _dials.Count;

    public ICollection<Dial> All => _dials.Values;

    public Dial? Find(DialKey key) => _dials.GetValueOrDefault(key);

    /// <summary>The one under way, or <paramref name="fresh"/>.</summary>
    public Dial GetOrAdd(Dial fresh) => _dials.GetOrAdd(fresh.Key, fresh);

    /// <summary>Lets a message wait.</summary>
    public SendOutcome TryAdd(Dial dial, in PendingSend send)
    {
        SendOutcome outcome = dial.TryAdd(send);
        if (outcome == SendOutcome.Closed) Remove(dial);
        return outcome;
    }

    /// <summary>Takes out this one, not one begun for the same after it.</summary>
    public void Remove(Dial dial) => _dials.TryRemove(new KeyValuePair<DialKey, Dial>(dial.Key, dial));
}
