using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Tables;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;

namespace PastryActors.Scribe;

/// <summary>
/// Scribe on a Pastry node: topic multicast over trees made by the routes of subscriptions (Castro et al., JSAC 20(8), 2002), ordered and
/// without loss while a topic's root and its copies do not fail at once. Wires one keeper a duty and hands events on. Takes the requests
/// of <see cref="Requests"/> and the messages of <see cref="ScribeMessages"/>.
/// </summary>
public sealed class ScribeComponent : IPastryComponent
{
    private readonly ScribeOptions _options;
    private ScribeContext? _context;
    private bool _ticking;

    /// <summary>A component with these parameters.</summary>
    /// <exception cref="ArgumentException">The options contradict themselves; the message says how.</exception>
    public ScribeComponent(ScribeOptions options)
    {
        if (options.Problem() is { } problem) throw new ArgumentException(problem, nameof(options));
        _options = options;
    }

    /// <inheritdoc/>
    public IEnumerable<MessageKind> Kinds => ScribeMessages.Kinds;

    private ScribeContext Context => _context ?? throw new InvalidOperationException("the component was not attached to a host");

    /// <inheritdoc/>
    public void Attach(IPastryHost host) => _context = new ScribeContext(host, _options);

    /// <summary>Nothing is periodic until there is a topic.</summary>
    public void Started()
    {
    }

    /// <inheritdoc/>
    public bool Forward(ref RoutedMessage message, ref NodeHandle next)
    {
        if (message.Payload is TreeQuestion question) return !Context.Queries.TryStop(question);
        if (message.Payload is not JoinTopic join) return true;
        if (join.Child.Id == Context.Self.Id)
        {
            Context.Tree.SteerOwnJoin(join, ref next);
            return true;
        }

        bool adopted = Context.Host.IsActive && Context.Tree.Children.TryAdopt(join, routed: true);
        KeepTicking();
        return !adopted;
    }

    /// <inheritdoc/>
    public void Deliver(in RoutedMessage message)
    {
        // What must come from a neighbour that proved its identity is not taken from the end of a route.
        if (!message.Direct && message.Payload is not (JoinTopic or LocateRoot or TreeQuestion))
        {
            Context.Report(FactKind.MessageRefused, message.Source.Id);
            return;
        }

        bool taken = Context.Stream.Take(message) || Context.Tree.Take(message) || Context.Publishing.Take(message)
            || Context.Roots.Take(message) || Context.Replicas.Take(message) || Context.Prefixes.Take(message) || Context.Anycasts.Take(message) || Context.Queries.Take(message);
        if (!taken) Context.Report(FactKind.MessageRefused, message.Source.Id);
        KeepTicking();
    }

    /// <inheritdoc/>
    public void NewLeafs(LeafSetView leafs) => LookAround();

    /// <inheritdoc/>
    public void ActiveChanged(bool active) => LookAround();

    /// <inheritdoc/>
    public void OnTimer(NodeTimer timer)
    {
        if (timer.Kind == (byte)ScribeTimer.Gap) Context.Stream.OnGapTimer(timer);
        if (timer.Kind == (byte)ScribeTimer.Move) Context.Tree.Moves.OnTimer(timer);
        if (timer.Kind == (byte)ScribeTimer.Anycast) Context.Anycasts.OnTimer(timer);
        if (timer.Kind != (byte)ScribeTimer.Tick) return;
        _ticking = false;
        Context.Publishing.Tick();
        Context.Replicas.Tick();
        Context.Topics.ForEach(Context.Roots.Tick);
        Context.Topics.ForEach(Context.Tree.Tick);
        Context.Tree.Beats.Tick();
        Context.Tree.Remover.Tick();
        Context.Queries.Tick();
        Context.Prefixes.Tick();
        KeepTicking();
    }

    /// <summary>Scribe asks nothing of workers.</summary>
    public void OnWorkDone(WorkResult result)
    {
    }

    /// <inheritdoc/>
    public bool OnRequest(Request request)
    {
        switch (request)
        {
            case Publish publish: Context.Prefixes.Publish(publish); break;
            case Subscribe subscribe: Context.Subscriptions.Subscribe(subscribe); break;
            case Unsubscribe unsubscribe: Context.Subscriptions.Unsubscribe(unsubscribe); break;
            case DescribeTopics describe: Context.Subscriptions.Describe(describe); break;
            case DescribePlace describe: Context.Queries.Describe(describe); break;
            case Anycast anycast: Context.Anycasts.Begin(anycast); break;
            default: return false;
        }

        KeepTicking();
        return true;
    }

    /// <inheritdoc/>
    public void PeerFailed(NodeHandle peer)
    {
        Context.Topics.ForEach(topic => Context.Roots.PeerFailed(topic, peer));
        Context.Topics.ForEach(topic => Context.Tree.PeerFailed(topic, peer));
        Context.Publishing.PeerFailed(peer);
        Context.Anycasts.PeerFailed(peer);
    }

    private void LookAround()
    {
        Context.LeafsChangedAt = Context.Now;
        if (!Context.Host.IsActive) return;
        Context.Topics.ForEach(Context.Roots.NewLeafs);
        Context.Replicas.NewLeafs();
        KeepTicking();
    }

    private void KeepTicking()
    {
        if (_ticking || (Context.Topics.Count == 0 && Context.Publishing.IsEmpty && Context.Replicas.IsEmpty && Context.Queries.IsEmpty && Context.Prefixes.IsEmpty)) return;
        _ticking = true;
        Context.Host.Schedule((byte)ScribeTimer.Tick, _options.HeartbeatPeriod / 4);
    }
}
