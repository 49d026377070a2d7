using Google.Protobuf;
using Google.Protobuf.Reflection;
using PastryActors.Core.Driving;
using PastryActors.Core.Wire;
using PastryActors.Past.Messages;
using PastryActors.Past.Requests;
using PastryActors.Tests.Wire;
using static PastryActors.Tests.Wire.SchemaValues;
using Schema = PastryActors.Wire.Schema;

namespace PastryActors.Past.Tests.Messages;

/// <summary>PAST's messages are what docs/wire/past.proto says.</summary>
public sealed class PastSchemaTests : SchemaContract
{
    protected override FileDescriptor Schema => Schema::PastReflection.Descriptor;

    protected override IReadOnlyList<MessageKind> Kinds => PastKinds.All;

    protected override WireCodec Codec { get; } = new(PastKinds.All);

    protected override Message Sample(byte kind, RandomSource random) => MessageSamples.Of(kind, random);

    protected override IMessage Translate(Message message) => message switch
    {
        PastAnswer answer => TranslateAnswer(answer, (ulong)answer.Operation),
        PastMessage question => TranslateQuestion(question, (ulong)question.Operation),
        _ => throw NotInTheSchema(message),
    };

    private static IMessage TranslateQuestion(PastMessage question, ulong operation) => question switch
    {
        Locate m => new Schema::Locate { Operation = operation, Key = Bytes(m.Key), Count = (uint)m.Count },
        LookupRequest m => new Schema::LookupRequest { Operation = operation, Object = Bytes(m.Object), Previous = m.Previous is null ? null : NodeOf(m.Previous), Chosen = m.Chosen },
        StoreRequest m => new Schema::StoreRequest { Operation = operation, Certificate = StatementTranslation.Translate(m.Certificate), Offer = m.Offer, Divert = m.Divert },
        HoldQuery m => new Schema::HoldQuery { Operation = operation, Objects = { m.Objects.Select(Bytes) }, Leaving = m.Leaving },
        InspectQuery m => new Schema::InspectQuery { Operation = operation, Object = Bytes(m.Object), ReadBack = m.ReadBack },
        FetchRequest m => new Schema::FetchRequest { Operation = operation, Object = Bytes(m.Object), CertificateOnly = m.CertificateOnly },
        ReclaimRequest m => new Schema::ReclaimRequest
        {
            Operation = operation,
            Object = Bytes(m.Object),
            Certificate = StatementTranslation.Translate(m.Certificate),
        },
        SyncAsk m => new Schema::SyncAsk
        {
            Operation = operation,
            From = Bytes(m.From),
            Length = Bytes(m.Length),
            Seed = m.Seed,
            Count = (uint)m.Count,
            Digest = m.Digest,
        },
        SyncTell m => new Schema::SyncTell { Operation = operation, Entries = Bytes(m.Entries), More = m.More },
        RoomNotice m => new Schema::RoomNotice { Operation = operation, FreeBytes = (ulong)m.FreeBytes, CapacityBytes = (ulong)m.CapacityBytes },
        RoomQuery m => new Schema::RoomQuery { Operation = operation, ContentLength = (uint)m.ContentLength },
        PointerOffer m => new Schema::PointerOffer { Operation = operation, Certificate = StatementTranslation.Translate(m.Certificate), Holder = NodeOf(m.Holder) },
        CacheCopy m => new Schema::CacheCopy { Operation = operation, Certificate = StatementTranslation.Translate(m.Certificate), AgeMilliseconds = (ulong)m.AgeMilliseconds },
        AuditChallenge m => new Schema::AuditChallenge { Operation = operation, Object = Bytes(m.Object), Nonce = Bytes(m.Nonce) },
        LedgerRequest m => new Schema::LedgerRequest
        {
            Operation = operation,
            Intent = (Schema::LedgerIntent)m.Intent,
            Owner = Bytes(m.Owner),
            Certificate = m.Certificate is null ? null : StatementTranslation.Translate(m.Certificate),
            Object = m.Object is { } id ? Bytes(id) : ByteString.Empty,
            Reclaim = m.Reclaim is null ? null : StatementTranslation.Translate(m.Reclaim),
            Receipts = { m.Receipts.Select(StatementTranslation.Translate) },
        },
        Discard m => new Schema::Discard { Operation = operation, Object = Bytes(m.Object) },
        _ => throw NotInTheSchema(question),
    };

    private static ulong Ago(TimeSpan? ago) => ago is { } known ? 1 + (ulong)known.TotalMilliseconds : 0;

    private static Schema::UpkeepReport Translate(UpkeepReport report) => new()
    {
        Repair = (Schema::RepairActivity)report.Repair,
        UnderReplicated = (uint)report.UnderReplicated,
        NoRoom = (uint)report.NoRoom,
        Examples = { report.Examples.Select(Bytes) },
        Trouble = (Schema::RepairTrouble)report.Trouble,
        Capacity = (Schema::CapacityAdvice)report.Capacity,
        UnixMilliseconds = (ulong)report.Host.UnixMilliseconds,
        UsedBytes = (ulong)report.Host.UsedBytes,
        CapacityBytes = (ulong)report.Host.CapacityBytes,
        Quarantined = (ulong)report.Host.Quarantined,
        RottenBytes = (ulong)report.Host.RottenBytes,
        ScrubAge = Ago(report.Host.ScrubAge),
        ScrubPeriod = (ulong)report.Host.ScrubPeriod.TotalMilliseconds,
        Paused = (report.Host.ScrubPaused ? 1u : 0) | (report.Host.CompactionPaused ? 2u : 0) | (report.Host.StripesPaused ? 4u : 0),
        ChunksMissing = (ulong)report.Host.ChunksMissing,
        StripesLost = (ulong)report.Host.StripesLost,
    };

    private static IMessage TranslateAnswer(PastAnswer answer, ulong operation) => answer switch
    {
        Located m => new Schema::Located { Operation = operation, Nodes = { m.Nodes.Select(NodeOf) }, WholeRing = m.WholeRing },
        ObjectAnswer m => new Schema::ObjectAnswer
        {
            Operation = operation,
            Certificate = StatementTranslation.Translate(m.Certificate),
            Hops = (uint)m.Hops,
            AgeMilliseconds = (ulong)m.AgeMilliseconds,
        },
        LookupMiss m => new Schema::LookupMiss { Operation = operation, Candidates = { m.Candidates.Select(NodeOf) }, Hops = (uint)m.Hops },
        StoreAnswer m => new Schema::StoreAnswer
        {
            Operation = operation,
            Receipt = StatementTranslation.Translate(m.Receipt),
            AlreadyHeld = m.AlreadyHeld,
            HolderReceipt = m.HolderReceipt is null ? null : StatementTranslation.Translate(m.HolderReceipt),
        },
        Refused m => new Schema::Refused { Operation = operation, Code = (Schema::RefusalCode)m.Code, Detail = m.Detail, FreeBytes = (ulong)m.FreeBytes },
        RoomReport m => new Schema::RoomReport { Operation = operation, Nodes = { m.Nodes.Select(NodeOf) } },
        HoldReport m => new Schema::HoldReport { Operation = operation, States = Bytes(m.States) },
        InspectReport m => new Schema::InspectReport
        {
            Operation = operation,
            State = (Schema::HolderState)m.State,
            Certificate = m.Certificate is null ? null : StatementTranslation.Translate(m.Certificate),
            Holder = m.Holder is null ? null : NodeOf(m.Holder),
            VerifiedAgo = Ago(m.VerifiedAgo),
        },
        UpkeepMessage m => new Schema::Upkeep
        {
            Operation = operation,
            About = m.About is { } about ? Bytes(about) : ByteString.Empty,
            Report = m.Report is null ? null : Translate(m.Report),
        },
        FetchMiss m => new Schema::FetchMiss { Operation = operation, State = (Schema::HolderState)m.State },
        TombstoneAnswer m => new Schema::TombstoneAnswer { Operation = operation, Tombstone = StatementTranslation.Translate(m.Tombstone) },
        ReclaimAnswer m => new Schema::ReclaimAnswer
        {
            Operation = operation,
            Before = (Schema::HolderState)m.Before,
            Replicas = (uint)m.Replicas,
            BytesReleased = (uint)m.BytesReleased,
            Holder = m.Holder is null ? null : NodeOf(m.Holder),
            Receipt = m.Receipt is null ? null : StatementTranslation.Translate(m.Receipt),
        },
        AuditProof m => new Schema::AuditProof { Operation = operation, Proof = Bytes(m.Proof) },
        LedgerAnswer m => new Schema::LedgerAnswer { Operation = operation, UsedBytes = (ulong)m.UsedBytes, QuotaBytes = (ulong)m.QuotaBytes, ExpiresUnixMilliseconds = (ulong)m.ExpiresUnixMilliseconds },
        SyncAnswer m => new Schema::SyncAnswer
        {
            Operation = operation,
            Verdict = (Schema::SyncVerdict)m.Verdict,
            Parts = Bytes(m.Parts),
            Entries = Bytes(m.Entries),
            Through = m.Verdict == SyncVerdict.List ? Bytes(m.Through) : ByteString.Empty,
        },
        _ => throw NotInTheSchema(answer),
    };

    private static ArgumentOutOfRangeException NotInTheSchema(Message message) => new(nameof(message), message, "not in the schema");
}
