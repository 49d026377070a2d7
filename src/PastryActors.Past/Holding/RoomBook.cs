using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Tables;

namespace PastryActors.Past.Holding;

/// <summary>
/// What is known of the free space of the leaf set, and what the leaf set is told of this node's: at once when it changed by an eighth,
/// not oftener than once a second; and to everyone every tenth period, because a notice may be lost. May be old: whoever is asked
/// in vain says how much room it has.
/// </summary>
internal sealed class RoomBook(PastContext context)
{
    private const int PeriodsBetweenNotices = 10;

    /// <summary>How far this node's capacity may lie from the mean of its leaf set (SOSP 2001, section 3.2: two orders of magnitude).</summary>
    private const int SpreadMax = 100;

    private static readonly TimeSpan NoticePause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<RingId, (long Free, long Capacity)> _known = [];
    private readonly HashSet<RingId> _told = [];
    private long _toldFree;
    private Instant _toldAt = new(long.MinValue / 2);
    private int _periods;

    /// <summary>How this node's capacity stands to its neighbours', as of the last period.</summary>
    public CapacityAdvice Advice { get; private set; }

    /// <summary>A neighbour said how much room it has.</summary>
    public void Note(NodeHandle node, long freeBytes, long capacityBytes)
    {
        if (context.Host.Leafs.Find(node.Id) is not null) _known[node.Id] = (freeBytes, capacityBytes);
    }

    /// <summary>A neighbour refused for want of room, and said how much it has.</summary>
    public void NoteFree(NodeHandle node, long freeBytes)
    {
        if (_known.TryGetValue(node.Id, out var known)) _known[node.Id] = (freeBytes, known.Capacity);
    }

    /// <summary>
    /// The neighbour with most room that would hold an object for this node: not one of its k closest, and not one of
    /// <paramref name="tried"/>. Null if nobody would, as far as is known.
    /// </summary>
    public NodeHandle? Best(RingId key, int replicas, int contentLength, HashSet<RingId> tried)
    {
        NodeHandle? best = null;
        long most = -1;
        LeafSetView leafs = context.Host.Leafs;
        List<NodeHandle>? closest = null;
        foreach (NodeHandle node in leafs.Members())
        {
            if (!_known.TryGetValue(node.Id, out var known) || known.Free <= most || tried.Contains(node.Id) || context.Leaving.Contains(node.Id)) continue;
            closest ??= context.Keepers(key, replicas);
            if (closest.Exists(n => n.Id == node.Id)) continue;
            (best, most) = (node, known.Free);
        }

        return best is not null && context.Room.Accepts(contentLength, most, diverted: true) ? best : null;
    }

    /// <summary>Of this node and its neighbours those that would hold an object for another, most room first.</summary>
    public List<NodeHandle> Roomiest(int contentLength, int count)
    {
        List<(NodeHandle Node, long Free)> nodes = [(context.Host.Self, context.Room.FreeBytes)];
        foreach (NodeHandle node in context.Host.Leafs.Members())
        {
            if (_known.TryGetValue(node.Id, out var known)) nodes.Add((node, known.Free));
        }

        nodes.RemoveAll(n => context.Leaving.Contains(n.Node.Id) || !context.Room.Accepts(contentLength, n.Free, diverted: true));
        return [.. nodes.OrderByDescending(n => n.Free).Take(count).Select(n => n.Node)];
    }

    /// <summary>Asks the two most distant members of the leaf set who has room among theirs: up to 2 L nodes in all (SOSP 2001, section 3.5). Answers how many were asked.</summary>
    public int AskEnds(long operation, int contentLength)
    {
        LeafSetView leafs = context.Host.Leafs;
        int asked = 0;
        foreach (IReadOnlyList<NodeHandle> side in leafs.IsWholeRing ? [] : new[] { leafs.Left, leafs.Right })
        {
            if (side.Count == 0) continue;
            asked++;
            context.Host.Send(new RoomQuery(operation, contentLength), side[^1]);
        }

        return asked;
    }

    /// <summary>Room was taken or became free: tells the neighbours if it is worth it.</summary>
    public void Changed()
    {
        long free = context.Room.FreeBytes;
        if (Math.Abs(free - _toldFree) > _toldFree / 8 && _toldAt + NoticePause <= context.Host.Now) TellAll(free);
    }

    /// <summary>The leaf set is what it is for a while: new members are told, and whoever left is forgotten.</summary>
    public void LeafsSettled()
    {
        LeafSetView leafs = context.Host.Leafs;
        foreach (RingId id in _known.Keys.Where(id => leafs.Find(id) is null).ToArray()) _known.Remove(id);
        _told.RemoveWhere(id => leafs.Find(id) is null);
        foreach (NodeHandle node in leafs.Members())
        {
            if (_told.Add(node.Id)) Tell(node, context.Room.FreeBytes);
        }
    }

    public void OnPeriod()
    {
        LeafsSettled();
        if (++_periods % PeriodsBetweenNotices == 0 || context.Room.FreeBytes != _toldFree) TellAll(context.Room.FreeBytes);
        CheckSpread();
    }

    private void TellAll(long free)
    {
        (_toldFree, _toldAt) = (free, context.Host.Now);
        foreach (NodeHandle node in context.Host.Leafs.Members())
        {
            _told.Add(node.Id);
            Tell(node, free);
        }
    }

    private void Tell(NodeHandle node, long free) => context.Host.Send(new RoomNotice(0, free, context.Room.CapacityBytes), node);

    private void CheckSpread()
    {
        Advice = CapacityAdvice.None;
        if (_known.Count == 0) return;
        double mean = _known.Values.Average(k => (double)k.Capacity), own = context.Room.CapacityBytes;
        if (own > SpreadMax * mean) Advise(CapacityAdvice.TooLarge, FactKind.CapacityTooLarge);
        else if (own < mean / SpreadMax) Advise(CapacityAdvice.TooSmall, FactKind.CapacityTooSmall);
    }

    private void Advise(CapacityAdvice advice, FactKind fact)
    {
        Advice = advice;
        context.Host.Report(new Fact(fact, default, context.Room.CapacityBytes));
    }
}
