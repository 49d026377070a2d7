using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Applications;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Prefixes;

/// <summary>
/// Keeps at the root of a prefix what the topics below allow: nobody publishes to the prefix in the name of a topic that he may not publish to, and
/// none of a topic's messages whose subscribers are named comes to a prefix that others read. Asks the roots of these topics, and believes them for a
/// while. Gives TreeQuestion; takes TreeAnswer to its own questions.
/// </summary>
internal sealed class PrefixRules(ScribeContext context)
{
    /// <summary>Publishes that wait for an answer. Who is dropped sends again.</summary>
    private const int WaitingMax = 256;

    /// <summary>Rules are believed so many leases of a prefix long: they change seldom, and every question costs a route.</summary>
    private const int LeasesBelieved = 10;

    private readonly SortedDictionary<string, Known> _topics = new(StringComparer.Ordinal);
    private readonly List<(NodeHandle From, PublishItems Items, Instant Since)> _waiting = [];

    public bool IsEmpty => _topics.Count == 0;

    /// <summary>What of a publish to a prefix may be numbered now. The rest is refused, or kept until it is known whether it may.</summary>
    public PublishItems Admit(TopicNode prefix, NodeHandle from, PublishItems message)
    {
        List<PublishItem> admitted = [];
        List<PublishItem> unsure = [];
        foreach (PublishItem item in message.Items)
        {
            bool? may = TopicPrefix.NameOf(prefix.Name, item.Payload) is { } name ? MayPublish(prefix, from.Id, name) : false;
            if (may == true) admitted.Add(item);
            else if (may is null) unsure.Add(item);
            else Refuse(prefix, from, item);
        }

        if (unsure.Count > 0) Keep(prefix, from, unsure);
        return admitted.Count == message.Items.Count ? message : message with { Items = admitted.ToValueList() };
    }

    /// <summary>Takes the answer to a question of this machine's; false if it is none.</summary>
    public bool Take(in RoutedMessage message)
    {
        if (message.Payload is not TreeAnswer answer) return false;
        if (_topics.Values.FirstOrDefault(t => t.Question.Is(answer.Nonce)) is not { } topic) return false;
        topic.Question.Close();
        // Whoever is not in office cannot say; it is asked again when the publish comes again.
        if (answer.Rules is not { } rules) return true;
        (topic.Rules, topic.ValidUntil) = (rules, topic.Question.FirstAt + (context.Options.PrefixLease * LeasesBelieved));
        (NodeHandle From, PublishItems Items, Instant Since)[] waiting = [.. _waiting];
        _waiting.Clear();
        foreach ((NodeHandle from, PublishItems items, _) in waiting) context.Roots.Publish(from, items);
        return true;
    }

    public void Tick()
    {
        _waiting.RemoveAll(w => context.Now - w.Since >= context.Options.PublishRetryAfter);
        foreach ((string name, Known topic) in _topics.ToArray())
        {
            // While a publisher may still come again the question stays open: its answer may be on a long way.
            TimeSpan patience = topic.Question.IsOpen ? context.Options.PublishTimeout : context.Options.PublishRetryAfter;
            if (context.Now >= topic.ValidUntil && context.Now - topic.Question.LastAt > patience) _topics.Remove(name);
        }
    }

    private bool? MayPublish(TopicNode prefix, RingId publisher, string name)
    {
        if (RulesOf(name) is not { } rules) return null;
        return rules.MayPublish(publisher) && rules.MayBeCarriedBy(prefix.Settings);
    }

    private TopicSettings? RulesOf(string name)
    {
        RingId id = TopicName.IdOf(name);
        if (context.Topics.Find(id) is { Office.IsServing: true } here) return here.Settings;
        if (!_topics.TryGetValue(name, out Known? topic))
        {
            if (_topics.Count >= context.Options.MaxTopics) return null;
            _topics.Add(name, topic = new Known());
        }

        if (topic.Rules is not null && context.Now < topic.ValidUntil) return topic.Rules;
        if (topic.Question.IsAwaited(context.Now, context.Options.PublishRetryAfter / 2)) return null;
        context.Host.Route(new TreeQuestion(id, context.Self, topic.Question.Ask(context.Host), TreeAsk.Root), id);
        return null;
    }

    private void Keep(TopicNode prefix, NodeHandle from, List<PublishItem> items)
    {
        if (_waiting.Count < WaitingMax)
        {
            _waiting.Add((from, new PublishItems(prefix.Id, items.ToValueList()), context.Now));
            return;
        }

        context.Report(FactKind.Dropped, prefix.Id, WaitingMax);
        context.Send(new TopicVerdict(prefix.Id, items[0].Number, Verdict.Busy), from);
    }

    private void Refuse(TopicNode prefix, NodeHandle from, PublishItem item)
    {
        context.Report(FactKind.MessageRefused, from.Id);
        context.Send(new TopicVerdict(prefix.Id, item.Number, Verdict.NotPublisher), from);
    }

    /// <summary>What is known of one topic, and the question about it.</summary>
    private sealed class Known
    {
        public TopicSettings? Rules { get; set; }

        public Instant ValidUntil { get; set; }

        public Question Question { get; } = new();
    }
}
