using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.History;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;
using PastryActors.Tests.Wire;

namespace PastryActors.Scribe.Tests.Messages;

/// <summary>Messages of Scribe drawn at random.</summary>
internal static class MessageSamples
{
    public static Message Of(byte kind, RandomSource random) => kind switch
    {
        <= TreeHeartbeat.Number or ChildAlive.Number or TopicRefused.Number or >= TreeBeats.Number => OfTheTree(kind, random),
        Multicast.Number or ResendRequest.Number or ResendMissing.Number => OfTheStream(kind, random),
        <= NotRoot.Number => OfAPublish(kind, random),
        CreateTopic.Number => new CreateTopic(random.Id(), random.Number(), Certificate(random)),
        HistoryRequest.Number => new HistoryRequest(random.Id(), random.Number(), Limited(random)),
        HistoryAnswer.Number => new HistoryAnswer(random.Id(), random.Number(), Limited(random), random.Flag() ? Segments(random, 1).Segments[0] : null, First(random), Items(random, random.Next(7))),
        TopicVerdict.Number => new TopicVerdict(random.Id(), random.Number(), (Verdict)random.Next((int)Verdict.Busy + 1)),
        _ => OfTheNumbering(kind, random),
    };

    private static Message OfTheTree(byte kind, RandomSource random) => kind switch
    {
        JoinTopic.Number =>
            new JoinTopic(random.Id(), Name(random), random.Node(), random.Number(), random.Flag(), Limited(random), Term(random), random.Int()),
        JoinAccepted.Number => new JoinAccepted(random.Id(), random.Number(), Term(random), random.Node(), Limited(random), Path(random)) { Settings = Settings(random) },
        JoinRedirected.Number => new JoinRedirected(random.Id(), random.Number(), random.List(1 + random.Next(Fields.CandidatesMax), r => new Candidate(r.Node(), (uint)r.Number()))),
        LeaveTopic.Number => new LeaveTopic(random.Id()),
        NotYourParent.Number => new NotYourParent(random.Id()),
        TreeHeartbeat.Number => new TreeHeartbeat(random.Id(), Term(random), random.Node(), Limited(random), Path(random)) { Settings = Settings(random) },
        ChildAlive.Number => new ChildAlive(random.Id(), Term(random), Limited(random), Limited(random)),
        TopicRefused.Number => new TopicRefused(random.Id(), random.Number()),
        TreeBeats.Number => new TreeBeats(
            random.ListUpTo(6, r => new DownBeat(r.Id(), Limited(r), r.Number())), random.ListUpTo(6, r => new UpBeat(r.Id(), Term(r), Limited(r), Limited(r), r.Flag())), random.Flag()),
        AnycastOffer.Number => new AnycastOffer(random.Id(), random.Number(), random.Body()),
        AnycastAnswer.Number => new AnycastAnswer(random.Id(), random.Number(), random.Flag(), random.Flag() ? random.Node() : null, random.ListUpTo(6, SampleValues.Node)),
        TreeQuestion.Number => new TreeQuestion(random.Id(), random.Node(), random.Number(), (TreeAsk)(1 + random.Next(4))),
        TreeAnswer.Number => new TreeAnswer(
            random.Id(), random.Number(), random.Flag(), random.Flag(), random.Flag(), random.Flag(), random.Flag() ? random.Node() : null, random.ListUpTo(6, SampleValues.Node), Counters(random))
        { Rules = random.Flag() ? Settings(random) : null },
        _ => throw NoSample(kind),
    };

    private static Message OfTheStream(byte kind, RandomSource random)
    {
        ulong from = 1 + random.Number(WireReader.NumberMax - 1);
        ulong to = from + random.Number(WireReader.NumberMax - from);
        return kind switch
        {
            Multicast.Number => new Multicast(random.Id(), Term(random), First(random), Items(random, 1 + random.Next(6))),
            ResendRequest.Number => new ResendRequest(random.Id(), from, to),
            ResendMissing.Number => new ResendMissing(random.Id(), from, to),
            _ => throw NoSample(kind),
        };
    }

    private static Message OfAPublish(byte kind, RandomSource random) => kind switch
    {
        LocateRoot.Number => new LocateRoot(random.Id(), Name(random), random.Node(), random.Number()),
        RootIs.Number => new RootIs(random.Id(), random.Number()),
        PublishItems.Number => new PublishItems(random.Id(), Publishes(random)) { Oldest = Limited(random) },
        PublishAnswer.Number => new PublishAnswer(random.Id(), random.ListUpTo(6, r => new PublishedRun(Limited(r), Limited(r), Math.Max(r.Int(), 1)))) { Rules = Settings(random) },
        NotRoot.Number => new NotRoot(random.Id()),
        _ => throw NoSample(kind),
    };

    private static Message OfTheNumbering(byte kind, RandomSource random)
    {
        ValueList<TopicItem> items = Items(random, random.Next(7));
        ValueList<PublishMark> marks = random.List(items.Count, r => new PublishMark((uint)r.Number(), Limited(r)));
        return kind switch
        {
            ReplicaState.Number =>
                new ReplicaState(random.Id(), Name(random), Term(random), Term(random), Limited(random), Limited(random), random.Flag(), Memories(random), Group(random)),
            Replicate.Number => new Replicate(random.Id(), Term(random), First(random), items, marks, Group(random)),
            ReplicaAck.Number => new ReplicaAck(random.Id(), Term(random), Limited(random), Limited(random)),
            RecoverRequest.Number => new RecoverRequest(random.Id(), random.Number(), Name(random), Term(random)),
            RecoverAnswer.Number =>
                new RecoverAnswer(random.Id(), random.Number(), random.Flag(), random.Flag(), Term(random), Limited(random), Limited(random), Term(random), Group(random)),
            LogFetch.Number => new LogFetch(random.Id(), random.Number(), Limited(random), random.Flag()),
            LogItems.Number => new LogItems(random.Id(), random.Number(), First(random), items, marks, Memories(random)),
            _ => throw NoSample(kind),
        };
    }

    private static TreeCounters Counters(RandomSource random) =>
        new(Limited(random), Limited(random), Limited(random), Limited(random), Limited(random), Limited(random));

    private static ulong Limited(RandomSource random) => random.Number(WireReader.NumberMax);

    // Far enough below the bound for the few items that follow.
    private static ulong First(RandomSource random) => 1 + random.Number(WireReader.NumberMax - 7);

    // Of 85 characters of three bytes at most: just within the bound.
    private static string Name(RandomSource random) => random.Text(TopicName.MaxBytes / 3);

    private static Term Term(RandomSource random) => new(Limited(random), random.Id());

    private static ReplicaGroup Group(RandomSource random) => random.Flag()
        ? new(Term(random), Limited(random), random.List(1 + random.Next(ReplicaGroup.MembersMax), Member), random.ListUpTo(ReplicaGroup.MembersMax, Member)) { Record = Record(random) }
        : ReplicaGroup.None;

    private static TopicRecord Record(RandomSource random) => random.Flag() ? TopicRecord.Default : new(Settings(random), random.Flag() ? Certificate(random) : null, Segments(random, random.Next(4)));

    private static SegmentIndex Segments(RandomSource random, int count)
    {
        List<SegmentRef> segments = [];
        ulong next = 1;
        for (int i = 0; i < count; i++)
        {
            ulong first = next + (ulong)random.Next(3);
            ulong last = first + (ulong)random.Next(9);
            segments.Add(new SegmentRef(first, last, (byte)random.Next(SegmentIndex.LevelMax + 1), random.FileId(), Hash256.Of(random.Body().Span), Limited(random)));
            next = last + 1;
        }

        return new SegmentIndex(segments.ToValueList());
    }

    private static TopicCertificate Certificate(RandomSource random) =>
        new(Name(random), Settings(random), new Blob("a key"u8.ToArray()), Limited(random), Signature(random));

    private static TopicSettings Settings(RandomSource random) => random.Next(3) switch
    {
        0 => TopicSettings.Default,
        1 => new TopicSettings(DeliveryLevel.BestEffort, Retention.None, random.ListUpTo(4, SampleValues.Id), random.ListUpTo(TopicSettings.AccessMax, SampleValues.Id)),
        _ => new TopicSettings(DeliveryLevel.Ordered, new Retention(RetentionKind.Messages, 1 + random.Number(WireReader.NumberMax - 1)), random.ListUpTo(4, SampleValues.Id), default) { IsSigned = random.Flag() },
    };

    // No node may stand in a group twice.
    private static NodeHandle Member(RandomSource random) => random.Node() with { Id = random.NextRingId() };

    private static ValueList<RingId> Path(RandomSource random) => random.ListUpTo(Fields.PathMax, SampleValues.Id);

    // Runs are shared by messages that do not stand together, and some messages have none.
    private static ValueList<TopicItem> Items(RandomSource random, int count)
    {
        SignedRun[] runs = [Run(random), Run(random)];
        return random.List(count, r => new TopicItem(r.Id(), r.Body()) is var item && r.Flag() ? item with { Run = runs[r.Next(2)], Place = r.Int() } : item);
    }

    private static ValueList<PublishItem> Publishes(RandomSource random)
    {
        SignedRun[] runs = [Run(random), Run(random)];
        return random.ListUpTo(6, r => new PublishItem(1 + r.Number(WireReader.NumberMax - 1), r.Body()) { Run = r.Flag() ? runs[r.Next(2)] : null });
    }

    private static SignedRun Run(RandomSource random) => new(
        new Blob("a key"u8.ToArray()), (uint)random.Number(), First(random), random.List(1 + random.Next(SignedRun.MessagesMax), r => Hash256.Of(r.Body().Span)), Signature(random));

    private static BatchSignature Signature(RandomSource random) => new(random.Body(), (uint)random.Number(), random.ListUpTo(20, r => Hash256.Of(r.Body().Span)));

    private static ValueList<PublisherMemory> Memories(RandomSource random) => random.ListUpTo(3, Memory);

    // Some runs that touch, some that do not, up to somewhere before the highest.
    private static PublisherMemory Memory(RandomSource random)
    {
        ulong forgotten = random.Number(WireReader.NumberMax - PublisherMemory.WindowSize);
        ulong highest = forgotten + (ulong)random.Next(PublisherMemory.WindowSize + 1);
        var runs = new List<PublishedRun>();
        ulong next = forgotten + 1;
        while (runs.Count < PublisherMemory.RunsMax && (next += (ulong)random.Next(3)) <= highest)
        {
            runs.Add(new PublishedRun(next, 1 + random.Number(WireReader.NumberMax - 1), 1 + random.Next((int)Math.Min(20, highest - next + 1))));
            next = runs[^1].Last + 1;
        }

        return new PublisherMemory(random.Id(), (uint)random.Number(), highest, forgotten, runs.ToValueList());
    }

    private static ArgumentOutOfRangeException NoSample(byte kind) => new(nameof(kind), kind, "no sample of this kind");
}
