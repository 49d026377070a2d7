using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Node;

namespace PastryActors.Pastry.Membership;

/// <summary>
/// Brings a node into a ring: asks its contacts one after the other, joins through a near one (Middleware 2001, section 2.4), and
/// founds a ring where it may and nobody else does. In: states, refusals, the join's answer, steps of time. Out: join requests;
/// probes of the leaf set that it was given. It never gives up; every round without an answer is said.
/// </summary>
internal sealed class Joiner(NodeContext node, Contacts contacts, Prober prober, DistanceMeter meter, SeedSearch search, Action found)
{
    /// <summary>Contacts kept: configured, remembered, and met while waiting; some multiples of a leaf set.</summary>
    private const int ContactsMax = 128;

    private readonly List<NodeHandle> _contacts = [];
    private SortedSet<RingId>? _waitingToo;
    private Instant _began;
    private NodeHandle? _asked;
    private NodeHandle? _member;
    private long _step;
    private int _cursor;
    private int _rounds;

    /// <summary>Whether the node is looking for a ring.</summary>
    public bool IsJoining { get; private set; }

    /// <summary>Whether a join was answered and the leaf set is being probed.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>Whom this node tried, or could try, to join through.</summary>
    public IReadOnlyList<NodeHandle> Contacts => _contacts;

    /// <summary>Begins to look for a ring.</summary>
    /// <param name="lost">Nodes known until now, to be tried before the configured contacts.</param>
    public void Begin(IReadOnlyList<NodeHandle> lost)
    {
        search.Found = JoinThrough;
        IsJoining = true;
        IsAnswered = false;
        _began = node.Now;
        _waitingToo = null;
        _contacts.Clear();
        foreach (NodeHandle contact in lost) AddContact(contact);
        foreach (NodeHandle contact in contacts.Remembered) AddContact(contact);
        foreach (NodeHandle contact in contacts.Seeds) AddContact(contact);
        (_cursor, _rounds) = (0, 0);
        if (_contacts.Count == 0 && contacts.FoundRing) Found();
        else TryNext();
    }

    /// <summary>The node is a member now.</summary>
    public void Done()
    {
        IsJoining = false;
        IsAnswered = false;
        _step++;
        search.Trim();
    }

    /// <summary>A contact described its leaf set: the search for a near one begins there.</summary>
    public void OnLeafSet(NodeHandle from, StateReply reply)
    {
        if (!IsJoining || IsAnswered || search.IsRunning || reply.Tag != (ulong)_step) return;
        if (reply.Active)
        {
            _member = from;
            search.Begin(from, reply);
        }
        else
        {
            OnRefused(from);
        }
    }

    /// <summary>
    /// The node asked is looking for a ring itself. Was it only the nearest, then the member that led to it will do: two nodes that are near
    /// each other, both cut off from their ring, would otherwise send each other away for ever.
    /// </summary>
    public void OnRefused(NodeHandle from)
    {
        if (!IsJoining || IsAnswered) return;
        (_waitingToo ??= []).Add(from.Id);
        AddContact(from);
        if (_member is { } member && member.Id != from.Id)
        {
            _member = null;
            JoinThrough(member);
        }
        else if (_asked is { } asked && (asked.Id == from.Id || asked.Address == from.Address))
        {
            NextIn(node.Options.JoinTimeout / 4);
        }
    }

    /// <summary>Someone else looks for a ring and came here: a contact, should nobody have one.</summary>
    public void OnOtherJoins(NodeHandle joiner)
    {
        if (!IsJoining) return;
        (_waitingToo ??= []).Add(joiner.Id);
        AddContact(joiner);
    }

    public void OnReply(NodeHandle from, JoinReply reply)
    {
        if (!IsJoining || IsAnswered) return;
        Answer();
        foreach (NodeHandle known in reply.Nodes) meter.Consider(known);
        prober.ProbeAnew(from);
        foreach (NodeHandle leaf in reply.Leafs) prober.ProbeAnew(leaf);
        prober.SettleIfIdle();
    }

    /// <summary>
    /// A member counts this node among its neighbours: that is as good as an answer, and the only one to be had when the root of
    /// this node's id waits to be admitted itself.
    /// </summary>
    public void OnMember(NodeHandle member)
    {
        if (!IsJoining || IsAnswered || !node.Leafs.Contains(member.Id)) return;
        Answer();
        foreach (NodeHandle leaf in node.Leafs.Members().ToArray()) prober.ProbeAnew(leaf);
    }

    /// <summary>The engine could not reach a node: if it is the one being asked, there is no point in waiting.</summary>
    public void OnLinkFailed(NodeHandle peer)
    {
        if (!IsJoining || IsAnswered || _asked is not { } asked) return;
        if (asked.Address == peer.Address || (asked.Id == peer.Id && asked.Id != default)) TryNext();
    }

    public void OnStep(long step)
    {
        if (!IsJoining || step != _step) return;
        if (search is { IsRunning: true, Best: { } best })
        {
            search.Stop();
            JoinThrough(best);
            return;
        }

        IsAnswered = false;
        TryNext();
    }

    /// <summary>The leaf set is known; unless all of it answers soon, the search goes on.</summary>
    private void Answer()
    {
        search.Stop();
        IsAnswered = true;
        NextIn(node.Options.ProbeTimeout * (node.Options.ProbeRetries + 2));
    }

    private void TryNext()
    {
        search.Stop();
        if (_cursor >= _contacts.Count)
        {
            EndRound();
            return;
        }

        _asked = _contacts[_cursor++];
        _member = null;
        NextIn(node.Options.JoinTimeout);
        node.Send(_asked, new StateRequest(StatePart.LeafSet, 0, (ulong)_step));
    }

    private void EndRound()
    {
        _cursor = 0;
        _rounds++;
        _asked = null;
        if (MayFound())
        {
            Found();
            return;
        }

        node.Report(FactKind.Alone, value: _rounds);
        NextIn(node.Random.Jitter(node.Options.JoinTimeout / 2));
    }

    /// <summary>
    /// A node may found a ring if it was told that it may, or if all that wait for each other have waited long enough and it is the
    /// first of them by id: so a ring comes back after every one of its nodes was stopped. Should two rings arise, they merge.
    /// </summary>
    private bool MayFound() =>
        node.Now - _began >= node.Options.FoundAfter
        && (contacts.FoundRing || (_waitingToo is not null && node.Self.Id < _waitingToo.Min));

    private void Found()
    {
        node.Report(FactKind.RingFounded);
        found();
    }

    private void JoinThrough(NodeHandle near)
    {
        NextIn(node.Options.JoinTimeout);
        node.Send(near, new Routed(node.Self.Id, node.Self, Hops: 1, Sequence: 0, new JoinRequest(node.Self, 0, [])));
    }

    private void AddContact(NodeHandle contact)
    {
        if (contact.Id == node.Self.Id || contact.Address == node.Self.Address) return;
        int at = _contacts.FindIndex(c => c.Address == contact.Address || (c.Id == contact.Id && c.Id != default));
        if (at < 0 && _contacts.Count < ContactsMax) _contacts.Add(contact);
        else if (at >= 0 && (_contacts[at].Id == default || contact.Supersedes(_contacts[at]))) _contacts[at] = contact;
    }

    private void NextIn(TimeSpan delay) => node.Schedule(OverlayTimer.JoinStep, delay, ++_step);
}
