using System.Text;
using PastryActors.Core.Ring;
using PastryActors.Node.Hosting;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Tables;

namespace PastryActors.Samples;

/// <summary>
/// A counter of the whole ring under any name, on the hooks of the overlay: every node counts for itself and routes its count to the root of
/// the name, which holds the newest of each node, copies it to its neighbours, so that the next root knows it when this one dies, and answers
/// with the sum. Counts only grow, so what comes late, twice, or in another order does no harm, and what is not answered is sent again.
/// </summary>
public sealed class Counter(EmbeddedNode node) : IPastryApplication
{
    private const string Name = "samples/counter";
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _mine = [];
    private readonly Dictionary<string, Dictionary<string, long>> _held = [];
    private readonly List<(string Name, long Count, TaskCompletionSource<long> Sum)> _asking = [];
    private NodeHandle[] _neighbours = [];

    /// <summary>Counts one more; done when the root of the name holds it. The value is the sum of all nodes by then.</summary>
    public Task<long> AddAsync(string name, CancellationToken cancellation)
    {
        lock (_gate) _mine[name] = _mine.GetValueOrDefault(name) + 1;
        return ReadAsync(name, cancellation);
    }

    /// <summary>What all nodes counted together, by the word of the name's root.</summary>
    public async Task<long> ReadAsync(string name, CancellationToken cancellation)
    {
        var sum = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        long count;
        lock (_gate) _asking.Add((name, count = _mine.GetValueOrDefault(name), sum));
        await using CancellationTokenRegistration given = cancellation.Register(() => sum.TrySetCanceled(cancellation));
        for (; !sum.Task.IsCompleted; await Task.WhenAny(sum.Task, Task.Delay(AskAgain, CancellationToken.None))) await node.Route(Message("count", name, node.Self.Id.ToString(), count), KeyOf(name));
        return await sum.Task;
    }

    /// <summary>Puts a counter on a node that has not started.</summary>
    public static Counter On(EmbeddedNode node)
    {
        var counter = new Counter(node);
        node.Register(Name, counter);
        return counter;
    }

    bool IPastryApplication.Forward(ref RoutedMessage message, ref NodeHandle next) => true;

    void IPastryApplication.Deliver(in RoutedMessage message)
    {
        // Strangers may send anything: what is not four words is nothing.
        if (Encoding.UTF8.GetString(((ApplicationMessage)message.Payload).Body.Span).Split('\n') is not [var verb, var name, var who, var text] || !long.TryParse(text, out long value)) return;
        lock (_gate)
        {
            if (verb == "count")
            {
                if (Hold(name, who, value) && !message.Direct) Copy(name, who, value, message.Key);
                if (!message.Direct) _ = node.Send(Message("sum", name, $"{value}", _held[name].Values.Sum()), message.Source);
            }
            else if (verb == "sum" && long.TryParse(who, out long count))
            {
                foreach (var asked in _asking.Where(a => a.Name == name && a.Count <= count)) asked.Sum.TrySetResult(value);
                _asking.RemoveAll(a => a.Sum.Task.IsCompleted);
            }
        }
    }

    void IPastryApplication.NewLeafs(LeafSetView leafs)
    {
        lock (_gate)
        {
            _neighbours = [.. leafs.Members()];
            foreach ((string name, Dictionary<string, long> counts) in _held)
                foreach ((string who, long count) in counts) Copy(name, who, count, KeyOf(name));
        }
    }

    private bool Hold(string name, string who, long count)
    {
        if (!_held.TryGetValue(name, out Dictionary<string, long>? counts)) _held[name] = counts = [];
        if (counts.GetValueOrDefault(who) >= count) return false;
        counts[who] = count;
        return true;
    }

    private void Copy(string name, string who, long count, RingId key)
    {
        // To the two that are next closest to the key: one of them is its root when this node is gone.
        foreach (NodeHandle neighbour in _neighbours.OrderBy(n => key.DistanceTo(n.Id)).Take(2)) _ = node.Send(Message("count", name, who, count), neighbour);
    }

    private static RingId KeyOf(string name) => Hash256.Of(Encoding.UTF8.GetBytes(name)).Truncated;

    private static ApplicationMessage Message(string verb, string name, string who, long value) => new(Name, Encoding.UTF8.GetBytes($"{verb}\n{name}\n{who}\n{value}"));
}
