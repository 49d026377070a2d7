using System.Collections.Concurrent;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Tcp.Connections;

/// <summary>
/// The connections being made, by what they are for. Used under the gate of the routes: a node either has a route or has messages that
/// wait, and what waits goes out before the route is seen, or a later message would overtake it.
/// </summary>
internal sealed class DialBook
{
    private readonly ConcurrentDictionary<DialKey, Dial> _dials = new();

    /// <summary>How many there are. For any thread.</summary>
    public int Count => _dials.Count;

    /// <summary>All, as of some moment. For any thread.</summary>
    public ICollection<Dial> All => _dials.Values;

    public Dial? Find(DialKey key) => _dials.GetValueOrDefault(key);

    public void Add(Dial dial) => _dials[dial.Key] = dial;

    /// <summary>Takes out this one, not one begun for the same after it.</summary>
    public void Remove(Dial dial) => _dials.TryRemove(new KeyValuePair<DialKey, Dial>(dial.Key, dial));

    /// <summary>
    /// Takes what waits for the node, to which a way was found meanwhile, whatever address it was looked for at: a node that moved comes from
    /// another than its neighbours knew. An attempt that nothing waits for any more is cancelled.
    /// </summary>
    public List<PendingSend> TakeFor(NodeHandle node, Lane lane)
    {
        List<PendingSend> all = [];
        foreach (Dial dial in All.Where(d => d.Key.Lane == lane))
        {
            List<PendingSend> taken = dial.Take(node);
            all.AddRange(taken);
            if (taken.Count == 0 || !dial.IsEmpty) continue;
            Remove(dial);
            dial.Cancel();
        }

        return all;
    }
}
