using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.History;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Tests.Messages;

public sealed class CodecTests
{
    private static readonly RingId Id = TopicName.IdOf("t");
    private static readonly NodeHandle Node = new(new RingId(77), "host:1", 3);
    private static readonly Term Term = new(9, new RingId(5));
    private static readonly WireCodec Codec = new(ScribeMessages.Kinds);
    private static readonly ReplicaGroup Group = new(Term, 4, [Node], [Node, new(new RingId(78), "host:2", 1)]);
    private static readonly PublisherMemory Memory = new(new RingId(6), 2, 40, 3, [new(10, 100, 5), new(15, 90, 1), new(38, 110, 3)]);

    public static IEnumerable<object[]> Samples() => All().Select(m => new object[] { m });

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_message_is_read_as_it_was_written(Message message)
    {
        var writer = new WireWriter();
        message.Write(writer);
        Assert.Equal(message, Codec.Read(message.Kind, writer.Written.Span));
    }

    [Fact]
    public void Every_kind_has_a_sample_and_a_number_of_Scribe()
    {
        Assert.Equal(ScribeMessages.Kinds.Select(k => (int)k.Number).Order(), All().Select(m => (int)m.Kind).Distinct().Order());
        Assert.All(ScribeMessages.Kinds, k => Assert.InRange(k.Number, 64, 95));
    }

    [Fact]
    public void Damaged_bytes_are_refused_and_nothing_else()
    {
        var random = new RandomSource(42);
        var writer = new WireWriter();
        foreach (Message message in All())
        {
            writer.Clear();
            message.Write(writer);
            for (int round = 0; round < 300; round++)
            {
                byte[] bytes = writer.Written.ToArray();
                for (int i = 0; i < 1 + random.Next(4) && bytes.Length > 0; i++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                Codec.TryRead(message.Kind, bytes.AsSpan(0, random.Next(bytes.Length + 1)), out _, out _);
            }
        }
    }

    [Fact]
    public void Random_bytes_are_refused_and_nothing_else()
    {
        var random = new RandomSource(43);
        foreach (MessageKind kind in ScribeMessages.Kinds)
        {
            for (int round = 0; round < 500; round++)
            {
                byte[] bytes = new byte[random.Next(80)];
                for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)random.Next(256);
                Codec.TryRead(kind.Number, bytes, out _, out _);
            }
        }
    }

    [Fact]
    public void A_number_that_would_overflow_is_refused()
    {
        AssertRefused(new ChildAlive(Id, Term, ulong.MaxValue, 0));
        AssertRefused(new ChildAlive(Id, new Term(ulong.MaxValue, default), 1, 1));
        AssertRefused(new Multicast(Id, Term, 1UL << 62, [new TopicItem(Id, default)]));
        AssertRefused(new Multicast(Id, Term, 0, [new TopicItem(Id, default)]));
    }

    [Fact]
    public void What_no_honest_node_sends_is_refused()
    {
        AssertRefused(new Multicast(Id, Term, 1, default));
        AssertRefused(new ResendRequest(Id, 5, 4));
        AssertRefused(new ResendRequest(Id, 0, 4));
        AssertRefused(new PublishItems(Id, [new PublishItem(0, default)]));
        AssertRefused(new PublishAnswer(Id, [new PublishedRun(1, 1, 0)]));
        AssertRefused(new LocateRoot(Id, new string('x', 257), Node, 1));
        AssertRefused(new Replicate(Id, Term, 1, default, default, Group with { Members = [Node, Node] }));
        AssertRefused(new Replicate(Id, Term, 1, default, default, Group with { Members = Enumerable.Range(0, 17).Select(i => Node with { Id = new RingId((ulong)i) }).ToValueList() }));
        AssertRefused(new TreeHeartbeat(Id, Term, Node, 1, Enumerable.Repeat(Id, 65).ToValueList()));
        AssertRefused(new JoinRedirected(Id, 1, default));
        AssertRefused(new JoinRedirected(Id, 1, Enumerable.Repeat(new Candidate(Node, 0), 9).ToValueList()));
        AssertRefused(new TreeBeats(Enumerable.Repeat(new DownBeat(Id, 1, 1), 513).ToValueList(), default, true));
        AssertRefused(new AnycastAnswer(Id, 1, false, null, Enumerable.Repeat(Node, 1025).ToValueList()));
        AssertRefused(new TreeQuestion(Id, Node, 1, 0));
        AssertRefused(new TreeQuestion(Id, Node, 1, (TreeAsk)5));
        AssertRefused(new TreeAnswer(Id, 1, true, true, true, true, null, Enumerable.Repeat(Node, 1025).ToValueList(), default));
    }

    [Fact]
    public void A_memory_that_no_root_has_is_refused()
    {
        AssertRead(Of(Memory));
        AssertRead(Of(Memory with { Runs = default }));
        AssertRead(Of(new PublisherMemory(Id, 1, WireReader.NumberMax, WireReader.NumberMax - 1024, [new(WireReader.NumberMax - 1023, WireReader.NumberMax, 1024)])));
        AssertRead(Of(new PublisherMemory(Id, 1, 300, 0, Singles(80))));
        AssertRefused(Of(Memory with { Forgotten = 41 }));
        AssertRefused(Of(Memory with { Highest = (1UL << 62) + 1, Runs = default }));
        AssertRefused(Of(Memory with { Runs = [new(3, 100, 5)] }));
        AssertRefused(Of(Memory with { Runs = [new(10, 100, 5), new(14, 200, 5)] }));
        AssertRefused(Of(Memory with { Runs = [new(14, 200, 5), new(10, 100, 4)] }));
        AssertRefused(Of(Memory with { Runs = [new(38, 100, 4)] }));
        AssertRefused(Of(Memory with { Runs = [new(10, 100, 0)] }));
        AssertRefused(Of(Memory with { Runs = [new(10, 0, 5)] }));
        AssertRefused(Of(Memory with { Runs = [new(10, (1UL << 62) + 1, 5)] }));
        AssertRefused(Of(new PublisherMemory(Id, 1, 5000, 0, [new(5000 - 1024, 1, 1025)])));
        AssertRefused(Of(new PublisherMemory(Id, 1, 5000, 0, [new(5000 - 1024, 1, 1)])));
    }

    [Theory]
    [InlineData(81 * 12)]
    [InlineData(13)]
    [InlineData(11)]
    public void A_memory_of_more_runs_than_a_root_keeps_or_of_half_a_run_is_refused(int bytes)
    {
        var writer = new WireWriter();
        writer.Id(1, Id);
        writer.Term(3, Term);
        int mark = writer.Begin(8);
        writer.Id(1, Id);
        writer.Number(3, 1000);
        byte[] packed = new byte[bytes];
        for (int i = 0; i < bytes / 12; i++) (packed[(i * 12) + 1], packed[(i * 12) + 3], packed[(i * 12) + 11]) = ((byte)(100 - i), 1, 1);
        writer.Bytes(4, packed);
        writer.End(mark);
        Assert.False(Codec.TryRead(ReplicaState.Number, writer.Written.Span, out _, out _));
    }

    [Fact]
    public void A_signed_run_that_no_publisher_makes_is_refused()
    {
        var run = new SignedRun(new byte[91], 1, 1, Enumerable.Repeat(Hash256.Of([1]), 256).ToValueList(), new BatchSignature(new byte[64], 0, default));
        AssertRead(Of(run));
        AssertRefused(Of(run with { Key = default }));
        AssertRefused(Of(run with { Key = new byte[257] }));
        AssertRefused(Of(run with { First = 0 }));
        AssertRefused(Of(run with { First = (1UL << 62) + 1 }));
        AssertRefused(Of(run with { Hashes = default }));
        AssertRefused(Of(run with { Hashes = Enumerable.Repeat(Hash256.Of([1]), 257).ToValueList() }));
        AssertRefused(Of(run with { Signature = new BatchSignature(default, 0, Enumerable.Repeat(Hash256.Of([1]), 21).ToValueList()) }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(0)]
    public void A_run_is_only_named_where_a_message_before_has_it(int runOf)
    {
        // Two messages without a run, the second of which names one.
        var writer = new WireWriter();
        writer.Id(1, Id);
        writer.Number(3, 1);
        for (int i = 0; i < 2; i++)
        {
            int mark = writer.Begin(4);
            writer.Id(1, Id);
            if (i == 1) writer.Number(6, (ulong)runOf);
            writer.End(mark);
        }

        Assert.Equal(runOf == 0, Codec.TryRead(Multicast.Number, writer.Written.Span, out _, out _));
    }

    private static ValueList<PublishedRun> Singles(int count) => Enumerable.Range(1, count).Select(i => new PublishedRun((ulong)i, (ulong)(2 * i), 1)).ToValueList();

    private static ReplicaState Of(PublisherMemory memory) => new(Id, "t", Term, default, 5, 2, true, [memory], Group);

    private static Multicast Of(SignedRun run) => new(Id, Term, 1, [new TopicItem(Id, default) { Run = run }]);

    private static void AssertRead(Message message)
    {
        var writer = new WireWriter();
        message.Write(writer);
        Assert.True(Codec.TryRead(message.Kind, writer.Written.Span, out Message? read, out _));
        Assert.Equal(message, read);
    }

    private static void AssertRefused(Message message)
    {
        var writer = new WireWriter();
        message.Write(writer);
        Assert.False(Codec.TryRead(message.Kind, writer.Written.Span, out _, out string refusal));
        Assert.NotEmpty(refusal);
    }

    private static List<Message> All()
    {
        ValueList<TopicItem> items = [new TopicItem(new RingId(1), new byte[] { 1, 2 }), new TopicItem(new RingId(2), new byte[300])];
        ValueList<PublishMark> marks = [new PublishMark(1, 5), new PublishMark(0, 9)];
        return
        [
            new JoinTopic(Id, "t", Node, 99, true, 7, Term, 2),
            new JoinTopic(Id, "", Node, 0, false, 0, default, 0),
            new JoinAccepted(Id, 99, Term, Node, 12, [new RingId(1), new RingId(2)]),
            new JoinRedirected(Id, 99, [new Candidate(Node, 1500), new Candidate(Node, 0)]),
            new TopicRefused(Id, 4),
            new LeaveTopic(Id),
            new NotYourParent(Id),
            new TreeHeartbeat(Id, Term, Node, 3, [new RingId(1)]),
            new ChildAlive(Id, Term, 8, 7),
            new Multicast(Id, Term, 3, items),
            new ResendRequest(Id, 3, 9),
            new ResendMissing(Id, 3, 3),
            new LocateRoot(Id, "t", Node, 5),
            new RootIs(Id, 5),
            new NotRoot(Id),
            new PublishItems(Id, [new PublishItem(1, new byte[] { 9 }), new PublishItem(2, default)]) { Oldest = 1 },
            new PublishAnswer(Id, [new PublishedRun(1, 10, 2)]),
            new ReplicaState(Id, "t", Term, default, 5, 2, true, [Memory], Group),
            new Replicate(Id, Term, 3, items, marks, ReplicaGroup.None),
            new Replicate(Id, Term, 3, default, default, Group),
            new ReplicaAck(Id, Term, 6, 2),
            new RecoverRequest(Id, 1, "t", Term),
            new RecoverAnswer(Id, 1, true, false, Term, 5, 1, Term, Group),
            new LogFetch(Id, 1, 5, true),
            new LogItems(Id, 1, 6, items, marks, default),
            new LogItems(Id, 1, 0, default, default, [Memory]),
            new CreateTopic(Id, 99, new TopicCertificate("t", TopicSettings.Default with { Publishers = [new RingId(1)] }, "key"u8.ToArray(), 7, new BatchSignature(new byte[64], 0, default))),
            new TopicVerdict(Id, 99, Verdict.NotPublisher),
            new HistoryRequest(Id, 99, 7),
            new HistoryAnswer(Id, 99, 12, new SegmentRef(1, 9, 0, new FileId(Id, 1), Hash256.Of("x"u8), 5), 0, default),
            new HistoryAnswer(Id, 99, 12, null, 7, items),
            new TreeBeats([new DownBeat(Id, 4, 77)], [new UpBeat(Id, Term, 4, 3, true), new UpBeat(Id, Term, 4, 4, false)], true),
            new TreeBeats(default, default, false),
            new TreeQuestion(Id, Node, 4, TreeAsk.Place),
            new AnycastOffer(Id, 4, new byte[] { 1, 2 }),
            new AnycastAnswer(Id, 4, true, null, default),
            new AnycastAnswer(Id, 4, false, Node, [Node]),
            new TreeAnswer(Id, 4, true, false, true, true, null, [Node], new TreeCounters(1, 2, 3, 4, 5, 6)),
            new TreeAnswer(Id, 4, false, true, false, false, Node, default, default),
        ];
    }
}
