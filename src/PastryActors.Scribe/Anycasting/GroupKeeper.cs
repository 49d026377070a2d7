using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Requests;

namespace PastryActors.Scribe.Anycasting;

/// <summary>What this node's other layers ask of Scribe, as requests with ids of its own; takes the answers to them.</summary>
internal sealed class GroupKeeper(ScribeContext context) : IAnycastGroups
{
    /// <summary>How long a membership may take to stand. It is asked for again by whoever wants it.</summary>
    private static readonly TimeSpan JoinTimeout = TimeSpan.FromSeconds(20);

    private readonly SortedDictionary<string, long> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<long, string> _topics = [];
    private readonly Dictionary<long, Action<NodeHandle?>> _asked = [];

    /// <summary>Told that something was begun that needs the pulse.</summary>
    public Action Began { get; set; } = static () => { };

    public void Join(string topic, Func<NodeHandle, Blob, bool> takes)
    {
        if (_members.ContainsKey(topic) || context.Journals.IsLoading) return;
        long id = context.NextInnerId();
        _members.Add(topic, id);
        _topics.Add(id, topic);
        context.Subscriptions.Subscribe(new Subscribe(id, JoinTimeout, topic) { Takes = takes });
        Began();
    }

    public void Leave(string topic)
    {
        if (!_members.Remove(topic, out long id)) return;
        _topics.Remove(id);
        context.Subscriptions.Unsubscribe(new Unsubscribe(context.NextInnerId(), JoinTimeout, id));
    }

    public void Anycast(string topic, Blob payload, TimeSpan timeout, Action<NodeHandle?> done)
    {
        long id = context.NextInnerId();
        _asked.Add(id, done);
        context.Anycasts.Begin(new Anycast(id, timeout, topic, payload));
        Began();
    }

    /// <summary>Takes an answer to a request of this machine's. Every one that carries an id below zero and is nobody else's is: none leaves the node.</summary>
    public bool Take(Reply reply)
    {
        if (_asked.Remove(reply.RequestId, out Action<NodeHandle?>? done)) done((reply as AnycastAccepted)?.By);
        else if (reply is Failed && _topics.Remove(reply.RequestId, out string? topic)) _members.Remove(topic);
        return true;
    }
}
