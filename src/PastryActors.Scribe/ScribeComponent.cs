using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Tables;
using PastryActors.Scribe.Anycasting;
using PastryActors.Scribe.History;
using PastryActors.Scribe.Journal;
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
    private readonly Blob _nodeKey;
    private readonly Blob _ownerKey;
    private readonly FileId[] _journal;
    private ScribeContext? _context;
    private bool _ticking;

    /// <summary>A component with these parameters.</summary>
    /// <param name="nodeKey">The node's public key (SubjectPublicKeyInfo, DER), by which others check what this node publishes.</param>
    /// <param name="ownerKey">The public key (SubjectPublicKeyInfo, DER) of the owner whom this node's applications create topics for.</param>
    /// <param name="entries">Every entry of the store, in any order. Entries that Scribe did not write are left alone.</param>
    /// <exception cref="ArgumentException">The options contradict themselves; the message says how.</exception>
    public ScribeComponent(ScribeOptions options, Blob nodeKey, Blob ownerKey, IEnumerable<StoreEntry> entries)
    {
        if (options.Problem() is { } problem) throw new ArgumentException(problem, nameof(options));
        (_options, _nodeKey, _ownerKey) = (options, nodeKey, ownerKey);
        _journal = [.. entries.Where(static e => e.Tag == JournalKeeper.StoreTag).Select(static e => e.Object).Order()];
    }

    /// <inheritdoc/>
    public IEnumerable<MessageKind> Kinds => ScribeMessages.Kinds;

    /// <summary>Groups of nodes that hand a message to the nearest of them that takes it, for other layers of this node.</summary>
    public IAnycastGroups Groups => Context.Groups;

    private ScribeContext Context => _context ?? throw new InvalidOperationException("the component was not attached to a host");

    /// <inheritdoc/>
    public void Attach(IPastryHost host)
    {
        _context = new ScribeContext(host, _options, _nodeKey, _ownerKey) { Loaded = LookAround };
        _context.Groups.Began = KeepTicking;
    }

    /// <summary>Reads what the disk has of topics. Nothing is periodic until there is a topic.</summary>
    public void Started() => Context.Journals.Load(_journal);

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

        bool adopted = Context.Host.IsActive && !Context.Journals.IsLoading && Context.Tree.Children.TryAdopt(join, routed: true);
        KeepTicking();
        return !adopted;
    }

    /// <inheritdoc/>
    public void Deliver(in RoutedMessage message)
    {
        // Whoever does not know yet what it promised says nothing; all that comes in is asked again.
        if (Context.Journals.IsLoading) return;
        // What must come from a neighbour that proved its identity is not taken from the end of a route.
        if (!message.Direct && message.Payload is not (JoinTopic or LocateRoot or TreeQuestion))
        {
            Context.Report(FactKind.MessageRefused, message.Source.Id);
            return;
        }

        bool taken = Context.Definitions.Take(message) || Context.Replaying.Take(message) || Context.Stream.Take(message) || Context.Tree.Take(message)
            || Context.Publishing.Take(message) || Context.Roots.Take(message) || Context.Replicas.Take(message) || Context.Prefixes.Take(message) || Context.Rules.Take(message) || Context.Anycasts.Take(message) || Context.Queries.Take(message);
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
        if (timer.Kind == (byte)ScribeTimer.Publish) Context.Publishing.OnTimer(timer);
        if (timer.Kind == (byte)ScribeTimer.Begin) Context.Roots.Recoverer.OnTimer(timer);
        if (timer.Kind != (byte)ScribeTimer.Tick) return;
        _ticking = false;
        Context.Publishing.Tick();
        Context.Definitions.Tick();
        Context.Replicas.Tick();
        Context.Topics.ForEach(Context.Roots.Tick);
        Context.Topics.ForEach(Context.Tree.Tick);
        Context.Tree.Beats.Tick();
        Context.Tree.Remover.Tick();
        Context.Queries.Tick();
        Context.Prefixes.Tick();
        Context.Rules.Tick();
        Context.Topics.ForEach(Context.Replaying.Tick);
        KeepTicking();
    }

    /// <inheritdoc/>
    public void OnWorkDone(WorkResult result)
    {
        switch (result)
        {
            case StoreChanged changed: Context.Journals.OnChanged(changed); break;
            case StoreGot got: Context.Journals.OnGot(got); break;
            case SegmentArchived archived: Context.Archive.OnArchived(archived); break;
            case SegmentFetched fetched:
                if (!Context.Archive.OnFetched(fetched)) Context.Replaying.OnFetched(fetched);
                break;
            case SegmentDropped: break;
            case Signed signed: Context.Definitions.OnSigned(signed); break;
            case ContentsSigned signed: Context.Publishing.OnSigned(signed); break;
            case ContentsVerified verified: Context.Inspections.OnVerified(verified); break;
            case Verified verified: Context.Roots.Definer.OnVerified(verified); break;
            default: throw new ArgumentOutOfRangeException(nameof(result), result, "no work of Scribe's");
        }

        KeepTicking();
    }

    /// <inheritdoc/>
    public bool OnRequest(Request request)
    {
        if (Context.Journals.IsLoading && (request is Publish or Subscribe or DefineTopic))
        {
            Context.Host.Reply(new Failed(request.Id, FailureCode.NotActive, "the node still reads what it keeps of topics"));
            return true;
        }

        switch (request)
        {
            case SubscriberCredit credit: Context.Subscriptions.Refund(credit); break;
            case Publish publish: Context.Prefixes.Publish(publish); break;
            case Subscribe subscribe: Context.Subscriptions.Subscribe(subscribe); break;
            case Unsubscribe unsubscribe: Context.Subscriptions.Unsubscribe(unsubscribe); break;
            case DefineTopic define: Context.Definitions.Define(define); break;
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
        if (!Context.Host.IsActive || Context.Journals.IsLoading) return;
        Context.Topics.ForEach(Context.Roots.NewLeafs);
        Context.Replicas.NewLeafs();
        KeepTicking();
    }

    private void KeepTicking()
    {
        if (_ticking || (Context.Topics.Count == 0 && Context.Publishing.IsEmpty && Context.Definitions.IsEmpty && Context.Replicas.IsEmpty && Context.Queries.IsEmpty && Context.Prefixes.IsEmpty && Context.Rules.IsEmpty)) return;
        _ticking = true;
        Context.Host.Schedule((byte)ScribeTimer.Tick, _options.HeartbeatPeriod / 4);
    }
}
