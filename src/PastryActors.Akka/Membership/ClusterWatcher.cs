using Akka.Actor;
using Akka.Cluster;
using PastryActors.Akka.Diagnostics;
using PastryActors.Akka.Links;

namespace PastryActors.Akka.Membership;

/// <summary>
/// Listens to the Akka cluster, where the actor system is a member of one: who else carries nodes of rings (the role), for whoever has to find
/// the ring; and whom the cluster holds for unreachable or has removed, as a hint to the links with its nodes. In: the cluster's events.
/// Out: contact points; <see cref="MemberLost"/> on the event stream.
/// </summary>
internal sealed class ClusterWatcher : UntypedActor
{
    /// <summary>The role of members that carry nodes.</summary>
    public const string Role = "pastry";

    private readonly EngineState _engine;
    private readonly ContactPoints _contacts;
    private readonly Cluster _cluster = Cluster.Get(Context.System);

    public ClusterWatcher(EngineState engine, ContactPoints contacts) => (_engine, _contacts) = (engine, contacts);

    protected override void PreStart() =>
        _cluster.Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterEvent.MemberRemoved removed:
                _contacts.Remove(removed.Member.Address);
                Context.System.EventStream.Publish(new MemberLost(removed.Member.Address));
                break;
            case ClusterEvent.IMemberEvent happened when happened.Member.Status is MemberStatus.Up or MemberStatus.WeaklyUp:
                if (happened.Member.Address.Equals(_cluster.SelfAddress)) _contacts.BecameMember();
                else if (happened.Member.HasRole(Role)) _contacts.Add(happened.Member.Address);
                break;
            case ClusterEvent.UnreachableMember unreachable when unreachable.Member.HasRole(Role):
                _engine.Log.MemberUnreachable(unreachable.Member.Address.ToString());
                Context.System.EventStream.Publish(new MemberLost(unreachable.Member.Address));
                break;
            default:
                break;
        }
    }
}

/// <summary>The members of the Akka cluster that carry nodes, other than this one. Safe for any thread.</summary>
internal sealed class ContactPoints
{
    private readonly Lock _gate = new();
    private readonly List<string> _addresses = [];
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when another member became known, or this one is a member itself.</summary>
    public Task Known => _known.Task;

    /// <summary>Their addresses, those known for longest first.</summary>
    public IReadOnlyList<string> Addresses
    {
        get
        {
            lock (_gate) return [.. _addresses];
        }
    }

    public void Add(Address address)
    {
        lock (_gate)
        {
            if (!_addresses.Contains(address.ToString())) _addresses.Add(address.ToString());
        }

        _known.TrySetResult();
    }

    public void Remove(Address address)
    {
        lock (_gate) _addresses.Remove(address.ToString());
    }

    public void BecameMember() => _known.TrySetResult();
}
