using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Root;

/// <summary>
/// Decides at a topic's root about its creation (the paper's check of credentials, JSAC 2002, III-A): one creator a topic, and none any
/// more when it has messages. Takes CreateTopic and Verified.
/// </summary>
internal sealed class Definer(ScribeContext context)
{
    /// <summary>Certificates being checked at once, over all topics of this node, and verdicts that wait for a majority, a topic. Who is dropped asks again.</summary>
    private const int OpenMax = 64;

    private readonly Dictionary<long, (NodeHandle From, CreateTopic Message)> _checked = [];

    public void OnCreate(NodeHandle from, CreateTopic message)
    {
        // Whoever is no root says nothing: the creator looks for the root again.
        if (Find(message.Topic) is not { Office: { } office } topic) return;
        TopicCertificate certificate = message.Certificate;
        if (certificate.Problem() is not null || TopicName.IdOf(certificate.Topic) != message.Topic)
        {
            Answer(from, message, Verdict.BadCertificate);
        }
        else if (certificate == office.Group.Record.Certificate)
        {
            Await(topic, from, message);
        }
        else if (!MayBecome(office, certificate))
        {
            Answer(from, message, Verdict.Exists);
        }
        else if (_checked.Count >= OpenMax)
        {
            context.Report(FactKind.Dropped, message.Topic, OpenMax);
        }
        else
        {
            long work = context.Host.NextWorkId();
            _checked.Add(work, (from, message));
            context.Host.Do(new Verify(work, [certificate.Claim()]));
        }
    }

    /// <summary>Takes the outcome of a check; nothing if it is none of this machine's.</summary>
    public void OnVerified(Verified verified)
    {
        if (!_checked.Remove(verified.Id, out (NodeHandle From, CreateTopic Message) asked)) return;
        TopicCertificate certificate = asked.Message.Certificate;
        if (!verified.Good) Answer(asked.From, asked.Message, Verdict.BadCertificate);
        if (!verified.Good || Find(asked.Message.Topic) is not { Office: { } office } topic) return;
        // A question that was asked again while the first was being checked finds it decided.
        if (certificate == office.Group.Record.Certificate)
        {
            Await(topic, asked.From, asked.Message);
            return;
        }

        if (!MayBecome(office, certificate))
        {
            Answer(asked.From, asked.Message, Verdict.Exists);
            return;
        }

        if (topic.Name.Length == 0) topic.Name = certificate.Topic;
        context.Roots.Replicator.Decide(topic, office.Group.Record with { Settings = certificate.Settings, Certificate = certificate });
        context.Tree.Children.Enforce(topic);
        Await(topic, asked.From, asked.Message);
    }

    /// <summary>Tells the creators what a majority knows by now.</summary>
    public void Advance(TopicNode topic)
    {
        RootOffice office = topic.Office!;
        if (office.Creators.Count == 0 || !office.Group.HasMajority(office.HasFollowedChange)) return;
        foreach ((NodeHandle from, CreateTopic message) in office.Creators) Answer(from, message, Verdict.Created);
        office.Creators.Clear();
        context.Roots.TryLift(topic);
    }

    private TopicNode? Find(RingId id) => context.Topics.Find(id) is { Office.IsServing: true } topic ? topic : null;

    private void Await(TopicNode topic, NodeHandle from, CreateTopic message)
    {
        List<(NodeHandle From, CreateTopic Message)> creators = topic.Office!.Creators;
        if (creators.Count >= OpenMax) context.Report(FactKind.Dropped, topic.Id, OpenMax);
        else creators.Add((from, message));
        Advance(topic);
    }

    private static bool MayBecome(RootOffice office, TopicCertificate certificate)
    {
        bool isFresh = office.NextNumber == 1;
        if (office.Group.Record.Certificate is not { } known) return isFresh;
        TopicSettings settings = certificate.Settings;
        bool isSameKind = settings.Level == known.Settings.Level && settings.Retain.IsDurable == known.Settings.Retain.IsDurable && settings.IsSigned == known.Settings.IsSigned;
        return certificate.Creator == known.Creator && certificate.CreatedUnixMilliseconds > known.CreatedUnixMilliseconds && (isFresh || isSameKind);
    }

    private void Answer(NodeHandle to, CreateTopic message, Verdict verdict)
    {
        if (verdict != Verdict.Created) context.Report(FactKind.MessageRefused, to.Id);
        context.Send(new TopicVerdict(message.Topic, message.Nonce, verdict), to);
    }
}
