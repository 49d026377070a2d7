using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Subscribing;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Anycasting;

/// <summary>
/// Hands a message to one member of a topic. Whoever sends it walks the tree itself, an offer a node, so that a dead node costs a timeout
/// and not the message. Takes the request <see cref="Anycast"/>, AnycastOffer, AnycastAnswer, and TreeAnswer to its own questions.
/// </summary>
internal sealed class AnycastKeeper(ScribeContext context)
{
    /// <summary>Largest payload: it goes to every node asked, so larger content belongs in a file, its fileId in the message.</summary>
    public const int PayloadBytesMax = 64 * 1024;

    /// <summary>Nodes that one message is offered to at most.</summary>
    public const int VisitsMax = 256;

    /// <summary>Walks open at once.</summary>
    private const int SearchesMax = 1024;

    /// <summary>How often a node is asked before the next is.</summary>
    private const int TriesMax = 2;

    /// <summary>Offers taken that are remembered, so that one asked again is not taken twice: those of the time in which it may be asked again, and far more.</summary>
    private const int TakenMax = 4096;

    private readonly SortedDictionary<ulong, AnycastSearch> _searches = [];
    private readonly HashSet<(RingId From, ulong Nonce)> _taken = [];
    private readonly Queue<(RingId From, ulong Nonce)> _takenInOrder = new();
    private int _turn;

    public bool IsEmpty => _searches.Count == 0;

    /// <summary>Takes a message of this keeper's; false if it is none.</summary>
    public bool Take(in RoutedMessage message)
    {
        switch (message.Payload)
        {
            case AnycastOffer offer: OnOffer(message.Source, offer); return true;
            case AnycastAnswer answer: OnAnswer(message.Source, answer); return true;
            case TreeAnswer answer: return OnFirst(message.Source, answer);
            default: return false;
        }
    }

    public void Begin(Anycast request)
    {
        if ((TopicName.Problem(request.Topic) ?? ProblemOf(request.Payload)) is { } problem)
        {
            context.Host.Reply(new Failed(request.Id, FailureCode.Invalid, problem));
            return;
        }

        if (_searches.Count >= SearchesMax)
        {
            context.Host.Reply(new Failed(request.Id, FailureCode.Busy, $"{SearchesMax} anycasts are open at this node already"));
            return;
        }

        TimeSpan timeout = request.Timeout > TimeSpan.Zero ? request.Timeout : context.Options.PublishTimeout;
        var search = new AnycastSearch(request, context.NewNonce(), context.Now + timeout, VisitsMax);
        _searches.Add(search.Nonce, search);
        Ask(search);
    }

    /// <summary>Who was asked has had his time.</summary>
    public void OnTimer(NodeTimer timer)
    {
        if (!_searches.TryGetValue((ulong)timer.Argument, out AnycastSearch? search) || timer.Subject != (search.Asked?.Id ?? default)) return;
        if (context.Now >= search.Deadline) Fail(search, FailureCode.TimedOut, $"nobody took the message in time; {search.Visited} nodes of the tree were asked");
        else if (search.Asked is null || search.Tries < TriesMax) Ask(search);
        else Advance(search);
    }

    public void PeerFailed(NodeHandle peer)
    {
        foreach (AnycastSearch search in _searches.Values.ToArray())
        {
            if (search.Asked?.Id == peer.Id) Advance(search);
        }
    }

    private static string? ProblemOf(Blob payload) =>
        payload.Length <= PayloadBytesMax ? null : $"an anycast has at most {PayloadBytesMax} bytes, not {payload.Length}; put larger content as a file and send its fileId";

    private void Ask(AnycastSearch search)
    {
        search.Tries++;
        RingId topic = TopicName.IdOf(search.Request.Topic);
        if (search.Asked is { } asked) context.Send(new AnycastOffer(topic, search.Nonce, search.Request.Payload), asked);
        else context.Host.Route(new TreeQuestion(topic, context.Self, search.Nonce, TreeAsk.Nearest), topic);
        var wait = new TimeSpan(Math.Clamp((search.Deadline - context.Now).Ticks, 0, context.Options.ResendTimeout.Ticks));
        context.Host.Schedule((byte)ScribeTimer.Anycast, wait, (long)search.Nonce, search.Asked?.Id ?? default);
    }

    private void Advance(AnycastSearch search)
    {
        if (search.TryAdvance()) Ask(search);
        else Fail(search, FailureCode.NotFound, $"nobody takes the message: {search.Visited} nodes of the tree were asked{(search.IsAtBound ? ", which is the bound" : "")}, and no subscriber there accepts");
    }

    private void Fail(AnycastSearch search, FailureCode code, string detail)
    {
        _searches.Remove(search.Nonce);
        context.Host.Reply(new Failed(search.Request.Id, code, detail));
    }

    private bool OnFirst(NodeHandle from, TreeAnswer answer)
    {
        if (!_searches.TryGetValue(answer.Nonce, out AnycastSearch? search)) return false;
        if (search.Asked is not null) return true;
        if (answer.IsInTree) search.Open(from);
        Advance(search);
        return true;
    }

    private void OnAnswer(NodeHandle from, AnycastAnswer answer)
    {
        if (!_searches.TryGetValue(answer.Nonce, out AnycastSearch? search)) return;
        if (answer.Accepted)
        {
            // Also from one who was given up meanwhile: it has the message.
            _searches.Remove(search.Nonce);
            context.Host.Reply(new AnycastAccepted(search.Request.Id, from, search.Visited));
            return;
        }

        if (search.Asked?.Id != from.Id) return;
        search.Add(answer);
        Advance(search);
    }

    private void OnOffer(NodeHandle from, AnycastOffer offer)
    {
        TopicNode? topic = context.Topics.Find(offer.Topic);
        bool accepted = _taken.Contains((from.Id, offer.Nonce)) || (topic is not null && TryHandOver(topic, from, offer));
        ValueList<NodeHandle> children = topic is null || accepted ? default : topic.Children.Nodes();
        context.Send(new AnycastAnswer(offer.Topic, offer.Nonce, accepted, accepted ? null : topic?.Up.Parent, children), from);
    }

    /// <summary>Gives the message to a subscription that takes it, each in its turn.</summary>
    private bool TryHandOver(TopicNode topic, NodeHandle from, AnycastOffer offer)
    {
        if (offer.Payload.Length > PayloadBytesMax) return false;
        if (topic.Subscribers.Exists(s => s.Stands && s.Takes is { } takes && takes(from, offer.Payload))) return Took((from.Id, offer.Nonce), topic, offer);
        List<Subscription> takers = topic.Subscribers.FindAll(static s => s.Stands && s.AnycastsWanted > 0);
        if (takers.Count == 0) return false;
        Subscription taker = takers[_turn++ % takers.Count];
        taker.AnycastsWanted--;
        context.Host.Reply(new AnycastDelivered(taker.RequestId, new TopicItem(from.Id, offer.Payload)));
        return Took((from.Id, offer.Nonce), topic, offer);
    }

    private bool Took((RingId From, ulong Nonce) key, TopicNode topic, AnycastOffer offer)
    {
        Remember(key);
        context.Report(FactKind.AnycastTaken, topic.Id, offer.Payload.Length);
        return true;
    }

    private void Remember((RingId From, ulong Nonce) offer)
    {
        _taken.Add(offer);
        _takenInOrder.Enqueue(offer);
        if (_takenInOrder.Count > TakenMax) _taken.Remove(_takenInOrder.Dequeue());
    }
}
