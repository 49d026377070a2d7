using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;
using PastryActors.Scribe.Tree;

namespace PastryActors.Scribe.Queries;

/// <summary>
/// Says where this node stands in a tree, and asks others for whoever walks one. Takes TreeQuestion and TreeAnswer, and the request
/// <see cref="DescribePlace"/>, which is answered by <see cref="PlaceDescribed"/> or fails when its time is up.
/// </summary>
internal sealed class TreeQueries(ScribeContext context)
{
    /// <summary>Questions open at once: people and scripts ask them, a few at a time.</summary>
    private const int OpenMax = 256;

    /// <summary>How long a topic counts as wanted after the last sign of it: much longer than a tree takes to mend.</summary>
    private static readonly TimeSpan WantedFor = TimeSpan.FromMinutes(1);

    private readonly SortedDictionary<ulong, (DescribePlace Request, Instant Deadline)> _open = [];

    public bool IsEmpty => _open.Count == 0;

    /// <summary>Takes a message of this machine's; false if it is none.</summary>
    public bool Take(in RoutedMessage message)
    {
        switch (message.Payload)
        {
            case TreeQuestion question: OnQuestion(message, question); return true;
            case TreeAnswer answer: OnAnswer(message.Source, answer); return true;
            default: return false;
        }
    }

    /// <summary>Whether a question on its way was for the first node of the tree, and this is it.</summary>
    public bool TryStop(TreeQuestion question)
    {
        if (question.Ask != TreeAsk.Nearest || !context.Host.IsActive || context.Topics.Find(question.Topic) is not { IsInTree: true }) return false;
        Answer(question);
        return true;
    }

    public void Describe(DescribePlace request)
    {
        if (TopicName.Problem(request.Topic) is { } problem)
        {
            context.Host.Reply(new Failed(request.Id, FailureCode.Invalid, problem));
            return;
        }

        if (_open.Count >= OpenMax)
        {
            context.Host.Reply(new Failed(request.Id, FailureCode.Busy, $"{OpenMax} questions about trees are open already"));
            return;
        }

        ulong nonce = context.NewNonce();
        _open.Add(nonce, (request, context.Now + request.Timeout));
        RingId topic = TopicName.IdOf(request.Topic);
        if (request.At is { } at) context.Send(new TreeQuestion(topic, context.Self, nonce, TreeAsk.Place), at);
        else context.Host.Route(new TreeQuestion(topic, context.Self, nonce, TreeAsk.Root), topic);
    }

    public void Tick()
    {
        foreach ((ulong nonce, (DescribePlace request, Instant deadline)) in _open.ToArray())
        {
            if (context.Now < deadline) continue;
            _open.Remove(nonce);
            string whom = request.At is { } at ? $"node {at.Id}" : "the topic's root";
            context.Host.Reply(new Failed(request.Id, FailureCode.TimedOut, $"{whom} did not answer within {request.Timeout.TotalSeconds:0.#} s"));
        }
    }

    private void OnQuestion(in RoutedMessage message, TreeQuestion question)
    {
        // Who has a question routed is not proved: such a one gets an answer no larger than what it asked.
        bool isRouted = question.Ask is TreeAsk.Root or TreeAsk.Nearest;
        if (isRouted == message.Direct || (message.Direct && question.Asker.Id != message.Source.Id)) context.Report(FactKind.MessageRefused, message.Source.Id);
        // Without the office and not the root by its own leaf set: the route ended here by mistake, and the asker asks again.
        else if (!isRouted || context.IsRoot(question.Topic) || context.Topics.Find(question.Topic)?.Office is not null) Answer(question);
    }

    private void Answer(TreeQuestion question)
    {
        TopicNode? topic = context.Topics.Find(question.Topic);
        ValueList<NodeHandle> children = topic is not null && question.Ask == TreeAsk.Place ? topic.Children.Nodes() : default;
        bool hasRoom = context.HasRoom && topic is null or { Children.IsFull: false };
        TreeCounters counters = topic is null ? default : CountersOf(topic);
        context.Send(
            new TreeAnswer(question.Topic, question.Nonce, topic is { IsInTree: true }, hasRoom, topic is { Up.Place: TreePlace.Root }, IsWanted(question.Topic, topic), topic?.Up.Parent, children, counters) { Rules = topic is { Office.IsServing: true } ? topic.Settings : null },
            question.Asker);
    }

    /// <summary>
    /// A copy of the numbering without a tree is that of a root that has just died: its children are on their way. A node that has just become
    /// the closest may not have been told yet of what it is the root.
    /// </summary>
    private bool IsWanted(RingId id, TopicNode? topic) =>
        topic is null ? context.Replicas.Has(id) || context.LeafsAreNew : topic.IsNeeded || context.Now - topic.LastNeeded < WantedFor;

    private TreeCounters CountersOf(TopicNode topic) => new(
        (ulong)topic.Subscribers.Count, topic.HighestSeen, (ulong)topic.Stream.Delivered, (ulong)topic.Stream.Gaps, (ulong)topic.Stream.Duplicates, (ulong)context.Entries.Count);

    private void OnAnswer(NodeHandle from, TreeAnswer answer)
    {
        if (!_open.TryGetValue(answer.Nonce, out (DescribePlace Request, Instant Deadline) open)) return;
        if (open.Request.At is { } at && at.Id != from.Id) return;
        _open.Remove(answer.Nonce);
        context.Host.Reply(new PlaceDescribed(open.Request.Id, from, answer.IsInTree, answer.IsRoot, answer.Parent, answer.Children, answer.Counters));
    }
}
