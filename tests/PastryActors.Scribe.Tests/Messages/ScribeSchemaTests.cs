using System.Buffers.Binary;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Wire;
using PastryActors.Scribe.History;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Requests;
using PastryActors.Scribe.Topics;
using PastryActors.Tests.Wire;
using static PastryActors.Tests.Wire.SchemaValues;
using Schema = PastryActors.Wire.Schema;

namespace PastryActors.Scribe.Tests.Messages;

/// <summary>Scribe's messages are what docs/wire/scribe.proto says.</summary>
public sealed class ScribeSchemaTests : SchemaContract
{
    protected override FileDescriptor Schema => Schema::ScribeReflection.Descriptor;

    protected override IReadOnlyList<MessageKind> Kinds => ScribeMessages.Kinds;

    protected override WireCodec Codec { get; } = new(ScribeMessages.Kinds);

    protected override Message Sample(byte kind, RandomSource random) => MessageSamples.Of(kind, random);

    protected override IMessage Translate(Message message) =>
        OfTheTree(message) ?? AboutTheTree(message) ?? OfTheStream(message) ?? OfTheNumbering(message)
        ?? throw new ArgumentOutOfRangeException(nameof(message), message, "not in the schema");

    private static IMessage? OfTheTree(Message message) => message switch
    {
        JoinTopic m => new Schema::JoinTopic
        {
            Topic = Bytes(m.Topic),
            Name = m.Name,
            Child = NodeOf(m.Child),
            Nonce = m.Nonce,
            HasPosition = m.HasPosition,
            Have = m.Have,
            Term = Term(m.Term),
            Redirects = (uint)m.Redirects,
        },
        JoinAccepted m => new Schema::JoinAccepted
        {
            Topic = Bytes(m.Topic),
            Nonce = m.Nonce,
            Term = Term(m.Term),
            Root = NodeOf(m.Root),
            Last = m.Last,
            Path = { m.Path.Select(Bytes) },
            Settings = Settings(m.Settings),
        },
        JoinRedirected m => new Schema::JoinRedirected
        {
            Topic = Bytes(m.Topic),
            Nonce = m.Nonce,
            To = { m.To.Select(c => new Schema::Candidate { Node = NodeOf(c.Node), DelayMicros = c.DelayMicros }) },
        },
        LeaveTopic m => new Schema::LeaveTopic { Topic = Bytes(m.Topic) },
        NotYourParent m => new Schema::NotYourParent { Topic = Bytes(m.Topic) },
        TreeHeartbeat m => new Schema::TreeHeartbeat
        {
            Topic = Bytes(m.Topic),
            Term = Term(m.Term),
            Root = NodeOf(m.Root),
            Last = m.Last,
            Path = { m.Path.Select(Bytes) },
            Settings = Settings(m.Settings),
        },
        ChildAlive m => new Schema::ChildAlive { Topic = Bytes(m.Topic), Term = Term(m.Term), Have = m.Have, Reached = m.Reached },
        CreateTopic m => new Schema::CreateTopic { Topic = Bytes(m.Topic), Nonce = m.Nonce, Certificate = Certificate(m.Certificate) },
        HistoryRequest m => new Schema::HistoryRequest { Topic = Bytes(m.Topic), Nonce = m.Nonce, From = m.From },
        HistoryAnswer m => new Schema::HistoryAnswer
        {
            Topic = Bytes(m.Topic),
            Nonce = m.Nonce,
            Last = m.Last,
            Segment = m.Segment is null ? null : Segment(m.Segment),
            First = m.First,
            Items = { Items(m.Items) },
        },
        TopicVerdict m => new Schema::TopicVerdict { Topic = Bytes(m.Topic), Nonce = m.Nonce, Verdict = (uint)m.Verdict },
        TopicRefused m => new Schema::TopicRefused { Topic = Bytes(m.Topic), Nonce = m.Nonce },
        _ => null,
    };

    private static IMessage? AboutTheTree(Message message) => message switch
    {
        TreeBeats m => new Schema::TreeBeats
        {
            Down = { m.Down.Select(b => new Schema::DownBeat { Topic = Bytes(b.Topic), Last = b.Last, Standing = b.Standing }) },
            Up = { m.Up.Select(b => new Schema::UpBeat { Topic = Bytes(b.Topic), Term = Term(b.Term), Have = b.Have, Reached = b.Reached, Asks = b.Asks }) },
            HasRoom = m.HasRoom,
        },
        AnycastOffer m => new Schema::AnycastOffer { Topic = Bytes(m.Topic), Nonce = m.Nonce, Payload = Google.Protobuf.ByteString.CopyFrom(m.Payload.Span) },
        AnycastAnswer m => new Schema::AnycastAnswer
        {
            Topic = Bytes(m.Topic),
            Nonce = m.Nonce,
            Accepted = m.Accepted,
            Parent = m.Parent is null ? null : NodeOf(m.Parent),
            Children = { m.Children.Select(NodeOf) },
        },
        TreeQuestion m => new Schema::TreeQuestion { Topic = Bytes(m.Topic), Asker = NodeOf(m.Asker), Nonce = m.Nonce, Ask = (Schema::TreeAsk)m.Ask },
        TreeAnswer m => new Schema::TreeAnswer
        {
            Topic = Bytes(m.Topic),
            Nonce = m.Nonce,
            IsInTree = m.IsInTree,
            HasRoom = m.HasRoom,
            IsRoot = m.IsRoot,
            Parent = m.Parent is null ? null : NodeOf(m.Parent),
            Children = { m.Children.Select(NodeOf) },
            Subscribers = m.Counters.Subscribers,
            Last = m.Counters.Last,
            Delivered = m.Counters.Delivered,
            Gaps = m.Counters.Gaps,
            Duplicates = m.Counters.Duplicates,
            Entries = m.Counters.Entries,
            IsWanted = m.IsWanted,
            HasRules = m.Rules is not null,
            Rules = m.Rules is null ? null : Settings(m.Rules),
        },
        _ => null,
    };

    private static IMessage? OfTheStream(Message message) => message switch
    {
        Multicast m => new Schema::Multicast { Topic = Bytes(m.Topic), Term = Term(m.Term), First = m.First, Items = { Items(m.Items) } },
        ResendRequest m => new Schema::ResendRequest { Topic = Bytes(m.Topic), From = m.From, To = m.To },
        ResendMissing m => new Schema::ResendMissing { Topic = Bytes(m.Topic), From = m.From, To = m.To },
        LocateRoot m => new Schema::LocateRoot { Topic = Bytes(m.Topic), Name = m.Name, Asker = NodeOf(m.Asker), Nonce = m.Nonce },
        RootIs m => new Schema::RootIs { Topic = Bytes(m.Topic), Nonce = m.Nonce },
        NotRoot m => new Schema::NotRoot { Topic = Bytes(m.Topic) },
        PublishItems m => new Schema::PublishItems { Topic = Bytes(m.Topic), Items = { Publishes(m.Items) }, Oldest = m.Oldest },
        PublishAnswer m => new Schema::PublishAnswer { Topic = Bytes(m.Topic), Runs = { m.Runs.Select(Run) }, Rules = Settings(m.Rules) },
        _ => null,
    };

    private static IMessage? OfTheNumbering(Message message) => message switch
    {
        ReplicaState m => new Schema::ReplicaState
        {
            Topic = Bytes(m.Topic),
            Name = m.Name,
            Term = Term(m.Term),
            Previous = Term(m.Previous),
            Base = m.Base,
            Start = m.Start,
            Reset = m.Reset,
            Memories = { m.Windows.Select(Memory) },
            Group = Group(m.Group),
        },
        Replicate m => new Schema::Replicate { Topic = Bytes(m.Topic), Term = Term(m.Term), First = m.First, Items = { Items(m.Items, m.Marks) }, Group = Group(m.Group) },
        ReplicaAck m => new Schema::ReplicaAck { Topic = Bytes(m.Topic), Term = Term(m.Term), Last = m.Last, Version = m.Version },
        RecoverRequest m => new Schema::RecoverRequest { Topic = Bytes(m.Topic), Nonce = m.Nonce, Name = m.Name, Term = Term(m.Term) },
        RecoverAnswer m => new Schema::RecoverAnswer
        {
            Topic = Bytes(m.Topic),
            Nonce = m.Nonce,
            HasLog = m.HasLog,
            ActingRoot = m.ActingRoot,
            Term = Term(m.Term),
            Last = m.Last,
            Start = m.Start,
            Promised = Term(m.Promised),
            Group = Group(m.Group),
        },
        LogFetch m => new Schema::LogFetch { Topic = Bytes(m.Topic), Nonce = m.Nonce, After = m.After, Windows = m.Windows },
        LogItems m => new Schema::LogItems
        {
            Topic = Bytes(m.Topic),
            Nonce = m.Nonce,
            First = m.First,
            Items = { Items(m.Items, m.Marks) },
            Memories = { m.Windows.Select(Memory) },
        },
        _ => null,
    };

    private static Schema::Term Term(Term term) => new() { Number = term.Number, Root = Bytes(term.Root) };

    private static Schema::ReplicaGroup? Group(ReplicaGroup group) => !group.IsKnown ? null : new()
    {
        Term = Term(group.Term),
        Version = group.Version,
        Members = { group.Members.Select(NodeOf) },
        Leaving = { group.Leaving.Select(NodeOf) },
        Record = group.Record == TopicRecord.Default ? null : new Schema::TopicRecord
        {
            Settings = Settings(group.Record.Settings),
            Certificate = group.Record.Certificate is { } certificate ? Certificate(certificate) : null,
            History = { group.Record.History.Segments.Select(Segment) },
        },
    };

    private static Schema::SegmentRef Segment(SegmentRef segment) => new()
    {
        First = segment.First,
        Last = segment.Last,
        Level = segment.Level,
        Object = Bytes(segment.Object),
        Hash = Bytes(segment.Hash),
        Archived = segment.ArchivedSeconds,
    };

    private static Schema::TopicSettings? Settings(TopicSettings settings) => settings == TopicSettings.Default ? null : new()
    {
        Level = (uint)settings.Level,
        Retain = (uint)settings.Retain.Kind,
        Amount = settings.Retain.Amount,
        Publishers = { settings.Publishers.Select(Bytes) },
        Subscribers = { settings.Subscribers.Select(Bytes) },
        IsSigned = settings.IsSigned,
    };

    private static Schema::TopicCertificate Certificate(TopicCertificate certificate) => new()
    {
        Topic = certificate.Topic,
        Settings = Settings(certificate.Settings),
        Creator = Bytes(certificate.Creator),
        Created = certificate.CreatedUnixMilliseconds,
        Signature = Signature(certificate.Signature),
    };

    private static Schema::TopicSignature Signature(BatchSignature signature) =>
        new() { Value = Bytes(signature.Value), LeafIndex = signature.LeafIndex, Path = { signature.Path.Select(Bytes) } };

    private static IEnumerable<Schema::TopicItem> Items(ValueList<TopicItem> items) => items.Select((item, i) =>
    {
        (Schema::SignedRun? run, uint runOf) = RunAt(i, j => items[j].Run);
        return new Schema::TopicItem { Publisher = Bytes(item.Publisher), Payload = Bytes(item.Payload), Run = run, RunOf = runOf, Place = (uint)item.Place };
    });

    private static IEnumerable<Schema::LoggedItem> Items(ValueList<TopicItem> items, ValueList<PublishMark> marks) => Items(items).Zip(marks, static (item, mark) => new Schema::LoggedItem
    {
        Publisher = item.Publisher,
        Payload = item.Payload,
        Incarnation = mark.Incarnation,
        Number = mark.Number,
        Run = item.Run,
        RunOf = item.RunOf,
        Place = item.Place,
    });

    private static IEnumerable<Schema::PublishItem> Publishes(ValueList<PublishItem> items) => items.Select((item, i) =>
    {
        (Schema::SignedRun? run, uint runOf) = RunAt(i, j => items[j].Run);
        return new Schema::PublishItem { Number = item.Number, Payload = Bytes(item.Payload), Run = run, RunOf = runOf };
    });

    /// <summary>The run of a message, or where it stands before.</summary>
    private static (Schema::SignedRun? Run, uint RunOf) RunAt(int index, Func<int, SignedRun?> runOf)
    {
        if (runOf(index) is not { } run) return (null, 0);
        int first = Enumerable.Range(0, index + 1).First(i => ReferenceEquals(runOf(i), run));
        return first < index ? (null, (uint)first + 1) : (new Schema::SignedRun
        {
            Key = Bytes(run.Key),
            Incarnation = run.Incarnation,
            First = run.First,
            Hashes = { run.Hashes.Select(Bytes) },
            Signature = Signature(run.Signature),
        }, 0);
    }

    private static Schema::PublishedRun Run(PublishedRun run) => new() { Number = run.Number, Sequence = run.Sequence, Count = (uint)run.Count };

    private static Schema::PublisherMemory Memory(PublisherMemory memory) => new()
    {
        Publisher = Bytes(memory.Publisher),
        Incarnation = memory.Incarnation,
        Highest = memory.Highest,
        Runs = Packed(memory),
        Forgotten = memory.Forgotten,
    };

    private static ByteString Packed(PublisherMemory memory)
    {
        byte[] packed = new byte[memory.Runs.Count * 12];
        for (int i = 0; i < memory.Runs.Count; i++)
        {
            PublishedRun run = memory.Runs[i];
            Span<byte> at = packed.AsSpan(i * 12);
            BinaryPrimitives.WriteUInt16BigEndian(at, (ushort)(memory.Highest - (run.Number + (ulong)run.Count - 1)));
            BinaryPrimitives.WriteUInt16BigEndian(at[2..], (ushort)run.Count);
            BinaryPrimitives.WriteUInt64BigEndian(at[4..], run.Sequence);
        }

        return ByteString.CopyFrom(packed);
    }
}
