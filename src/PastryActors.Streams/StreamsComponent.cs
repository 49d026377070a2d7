using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Tables;
using PastryActors.Scribe;
using PastryActors.Scribe.Anycasting;
using PastryActors.Streams.Channels;
using PastryActors.Streams.Messages;
using PastryActors.Streams.Requests;

namespace PastryActors.Streams;

/// <summary>
/// Streams for many receivers on a Pastry node (SplitStream: Castro et al., SOSP 2003): one channel over 16 trees whose insides are disjoint,
/// every node's forwarding bounded by what it offers, blocks coded so that any 14 of 16 stripes give them back. Wires one keeper a duty and
/// hands events on. Takes the requests of <see cref="Requests"/> and the messages of <see cref="StreamsMessages"/>.
/// </summary>
public sealed class StreamsComponent : IPastryComponent
{
    /// <summary>Of everything periodic: well below what anything waits for.</summary>
    private static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(250);

    private readonly StreamsOptions _options;
    private readonly Func<IAnycastGroups> _groups;
    private StreamsContext? _context;
    private bool _ticking;
    private bool _leafsChanged;

    /// <summary>A component with these parameters.</summary>
    /// <param name="scribe">Scribe of the same node, attached before this one: the group of those who have capacity to spare is one of its topics.</param>
    /// <exception cref="ArgumentException">The options contradict themselves; the message says how.</exception>
    public StreamsComponent(StreamsOptions options, ScribeComponent scribe)
        : this(options, () => scribe.Groups)
    {
    }

    internal StreamsComponent(StreamsOptions options, Func<IAnycastGroups> groups)
    {
        if (options.Problem() is { } problem) throw new ArgumentException(problem, nameof(options));
        (_options, _groups) = (options, groups);
    }

    /// <inheritdoc/>
    public IEnumerable<MessageKind> Kinds => StreamsMessages.Kinds;

    private StreamsContext Context => _context ?? throw new InvalidOperationException("the component was not attached to a host");

    /// <inheritdoc/>
    public void Attach(IPastryHost host) => _context = new StreamsContext(host, _options, _groups());

    /// <summary>Nothing is periodic until there is a channel.</summary>
    public void Started()
    {
    }

    /// <inheritdoc/>
    public bool Forward(ref RoutedMessage message, ref NodeHandle next)
    {
        if (message.Payload is not JoinStripe join || join.Child.Id == Context.Self.Id || !Context.Host.IsActive) return true;
        bool isMet = Context.Children.TryMeet(join);
        KeepTicking();
        return !isMet;
    }

    /// <inheritdoc/>
    public void Deliver(in RoutedMessage message)
    {
        // What must come from a neighbour that proved its identity is not taken from the end of a route.
        if (!message.Direct && message.Payload is not (JoinStripe or StripeHead { Word: HeadWord.Ask }))
        {
            Context.Report(FactKind.MessageRefused, message.Source.Id);
            return;
        }

        switch (message.Payload)
        {
            case JoinStripe join: Context.Children.OnJoin(message.Source, join, message.Direct); break;
            case StripeAccepted accepted: Context.Parents.OnAccepted(message.Source, accepted); break;
            case StripeDeclined declined: Context.Parents.OnDeclined(message.Source, declined); break;
            case LeaveStripe leave: OnLeave(message.Source, leave); break;
            case StripeBeat beat: Context.Parents.OnBeat(message.Source, beat); break;
            case StripeAlive alive: Context.Children.OnAlive(message.Source, alive); break;
            case StripePiece piece: Context.Pieces.OnPiece(message.Source, piece); break;
            case StripeHead head: Context.Publishing.OnHead(message.Source, head, message.Direct); break;
            default: Context.Report(FactKind.MessageRefused, message.Source.Id); break;
        }

        KeepTicking();
    }

    /// <inheritdoc/>
    public void NewLeafs(LeafSetView leafs) => _leafsChanged = true;

    /// <inheritdoc/>
    public void ActiveChanged(bool active) => _leafsChanged = true;

    /// <inheritdoc/>
    public void OnTimer(NodeTimer timer)
    {
        if (timer.Kind == (byte)StreamsTimer.Pace) Context.Publishing.OnPace(timer.Subject);
        if (timer.Kind != (byte)StreamsTimer.Tick) return;
        _ticking = false;
        Context.Publishing.Tick();
        foreach (Channel channel in Context.Channels.ToArray()) Tick(channel);
        _leafsChanged = false;
        KeepTicking();
    }

    /// <inheritdoc/>
    public void OnWorkDone(WorkResult result) => throw new ArgumentOutOfRangeException(nameof(result), result, "no work of streams");

    /// <inheritdoc/>
    public bool OnRequest(Request request)
    {
        switch (request)
        {
            case WatchChannel watch: Context.Watching.Begin(watch); break;
            case WatchCredit credit: Context.Watching.Refund(credit); break;
            case EndWatch end: Context.Watching.End(end); break;
            case OpenStream open: Context.Publishing.Open(open); break;
            case PublishBlock block: Context.Publishing.Publish(block); break;
            case DescribeChannels describe: Context.Watching.Describe(describe); break;
            default: return false;
        }

        KeepTicking();
        return true;
    }

    /// <inheritdoc/>
    public void PeerFailed(NodeHandle peer)
    {
        Context.Publishing.PeerFailed(peer);
        foreach (Channel channel in Context.Channels.ToArray())
        {
            foreach (Forest.StripeNode stripe in channel.Stripes)
            {
                Context.Children.Forget(stripe, peer);
                Context.Parents.PeerFailed(stripe, peer);
                Context.Deputies.TryEnd(stripe, peer);
            }
        }
    }

    private void Tick(Channel channel)
    {
        Context.Watching.Tick(channel);
        foreach (Forest.StripeNode stripe in channel.Stripes)
        {
            Context.Parents.Tick(stripe);
            Context.Deputies.Tick(stripe);
            Context.Children.Tick(stripe);
        }

        Context.Spare.Tick(channel);
        if (_leafsChanged || channel.Watches.Count == 0) Context.Places.Settle(channel);
    }

    /// <summary>One message for both ends of a link: nobody is both of it for one node in one stripe.</summary>
    private void OnLeave(NodeHandle from, LeaveStripe leave)
    {
        if (Context.FindStripe(leave.Stripe) is not { } stripe || Context.Children.TryRemove(stripe, from.Id)) return;
        if (stripe.IsParent(from)) Context.Parents.Lost(stripe);
        else Context.Deputies.TryEnd(stripe, from);
    }

    private void KeepTicking()
    {
        if (_ticking || Context.Channels.Count == 0) return;
        _ticking = true;
        Context.Host.Schedule((byte)StreamsTimer.Tick, TickPeriod);
    }
}
