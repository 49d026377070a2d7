using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Requests;
using PastryActors.Tests.Wire;

namespace PastryActors.Past.Tests.Messages;

/// <summary>Messages and statements of PAST drawn at random: whatever the wire can carry, signed by nobody.</summary>
internal static class MessageSamples
{
    public static Message Of(byte kind, RandomSource random) => kind switch
    {
        Locate.Number => new Locate(Operation(random), random.Id(), 1 + random.Next(Locate.CountMax)),
        Located.Number => new Located(Operation(random), Nodes(random), random.Flag()),
        LookupRequest.Number => new LookupRequest(Operation(random), random.FileId(), random.Flag() ? random.Node() : null, random.Flag()),
        ObjectAnswer.Number => new ObjectAnswer(Operation(random), Certificate(random), random.Int(), AgeOf(random)),
        LookupMiss.Number => new LookupMiss(Operation(random), Nodes(random), random.Int()),
        StoreRequest.Number => new StoreRequest(Operation(random), Certificate(random), random.Flag(), random.Flag()),
        StoreAnswer.Number => new StoreAnswer(Operation(random), Receipt(random), random.Flag(), random.Flag() ? Receipt(random) : null),
        Refused.Number => new Refused(Operation(random), (RefusalCode)(1 + random.Next((int)RefusalCode.OverQuota)), random.Text(256), Size(random)),
        HoldQuery.Number => new HoldQuery(Operation(random), random.ListUpTo(HoldQuery.ObjectsMax, SampleValues.FileId), random.Flag()),
        HoldReport.Number => new HoldReport(Operation(random), random.Body(HoldQuery.ObjectsMax)),
        InspectQuery.Number => new InspectQuery(Operation(random), random.FileId(), random.Flag()),
        InspectReport.Number => new InspectReport(Operation(random), State(random), random.Flag() ? Certificate(random) : null, random.Flag() ? random.Node() : null, AgoOf(random)),
        FetchRequest.Number => new FetchRequest(Operation(random), random.FileId(), random.Flag()),
        FetchMiss.Number => new FetchMiss(Operation(random), State(random)),
        TombstoneAnswer.Number => new TombstoneAnswer(Operation(random), Tombstone(random)),
        ReclaimRequest.Number => new ReclaimRequest(Operation(random), random.FileId(), Reclaim(random)),
        ReclaimAnswer.Number => new ReclaimAnswer(Operation(random), State(random), random.Int(), random.Int(), random.Flag() ? random.Node() : null, random.Flag() ? ReclaimReceipt(random) : null),
        SyncAsk.Number => new SyncAsk(Operation(random), random.Id(), random.Id(), random.Number(), random.Int(), random.Number()),
        SyncAnswer.Number => Answer(random),
        SyncTell.Number => new SyncTell(Operation(random), Entries(random), random.Flag()),
        RoomNotice.Number => new RoomNotice(Operation(random), Size(random), Size(random)),
        RoomQuery.Number => new RoomQuery(Operation(random), random.Int()),
        RoomReport.Number => new RoomReport(Operation(random), Nodes(random)),
        PointerOffer.Number => new PointerOffer(Operation(random), Certificate(random), random.Node()),
        CacheCopy.Number => new CacheCopy(Operation(random), Certificate(random), AgeOf(random)),
        AuditChallenge.Number => new AuditChallenge(Operation(random), random.FileId(), random.Hash()),
        AuditProof.Number => new AuditProof(Operation(random), random.Hash()),
        LedgerRequest.Number => new LedgerRequest(
            Operation(random), (LedgerIntent)(1 + random.Next((int)LedgerIntent.Grant)), random.Hash(), random.Flag() ? Certificate(random) : null, random.Flag() ? random.FileId() : null,
            random.Flag() ? Reclaim(random) : null, random.ListUpTo(4, ReclaimReceipt)),
        LedgerAnswer.Number => new LedgerAnswer(Operation(random), Size(random), Size(random), Size(random)),
        Discard.Number => new Discard(Operation(random), random.FileId()),
        UpkeepMessage.Number => new UpkeepMessage(Operation(random), random.Flag() ? random.FileId() : null, random.Flag() ? Report(random) : null),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no sample of this kind"),
    };

    public static ObjectCertificate Certificate(RandomSource random) => new(
        random.Next(6) is 5 ? ObjectKind.CodedTree : (ObjectKind)(1 + random.Next((int)ObjectKind.Grant)),
        random.FileId(),
        random.Text(40),
        random.Body(),
        random.Hash(),
        random.Int(),
        (long)random.Number(long.MaxValue),
        random.Int(),
        random.Body(CertificateRules.SaltBytesMax),
        (long)random.Number(long.MaxValue),
        random.Text(40),
        Signature(random))
    {
        ModifiedUnixMilliseconds = (long)random.Number(long.MaxValue),
        Mode = random.Int(),
        IsDebit = random.Flag(),
    };

    public static ReclaimReceipt ReclaimReceipt(RandomSource random) => new(random.FileId(), random.Body(), Signature(random));

    public static ReclaimCertificate Reclaim(RandomSource random) => new(random.FileId(), random.Body(), (long)random.Number(long.MaxValue), Signature(random));

    public static StoreReceipt Receipt(RandomSource random) => new(random.FileId(), random.Hash(), random.Body(), random.Flag() ? random.Id() : null, Signature(random));

    public static Tombstone Tombstone(RandomSource random) => new(Certificate(random), Reclaim(random));

    private static BatchSignature Signature(RandomSource random) =>
        new(random.Body(CertificateRules.SignatureSizeBytes), (uint)random.Number(), random.ListUpTo(MerkleBatch.PathLengthMax, SampleValues.Hash));

    private static UpkeepReport Report(RandomSource random) => new(
        (RepairActivity)random.Next(5),
        random.Int(),
        random.Int(),
        random.ListUpTo(UpkeepReport.ExamplesMax, SampleValues.FileId),
        (RepairTrouble)random.Next(4),
        (CapacityAdvice)random.Next(3),
        new HostUpkeep(Size(random), Size(random), Size(random), Size(random), Size(random), AgoOf(random), TimeSpan.FromMilliseconds(AgeOf(random)), random.Flag(), random.Flag())
        {
            ChunksMissing = Size(random),
            StripesLost = Size(random),
            StripesPaused = random.Flag(),
        });

    private static TimeSpan? AgoOf(RandomSource random) => random.Flag() ? TimeSpan.FromMilliseconds(AgeOf(random)) : null;

    private static long AgeOf(RandomSource random) => (long)random.Number(366UL * 24 * 3600 * 1000);

    private static long Size(RandomSource random) => (long)random.Number(long.MaxValue);

    private static long Operation(RandomSource random) => (long)random.Number();

    // Unreachable is what an asker concludes from silence, and never sent.
    private static HolderState State(RandomSource random) => (HolderState)(1 + random.Next((int)HolderState.Reclaimed));

    private static ValueList<NodeHandle> Nodes(RandomSource random) => random.ListUpTo(Locate.CountMax, SampleValues.Node);

    private static SyncAnswer Answer(RandomSource random) => (SyncVerdict)random.Next(3) switch
    {
        SyncVerdict.Parts => new SyncAnswer(Operation(random), SyncVerdict.Parts, random.Body(64 * 12), default, default),
        SyncVerdict.List => new SyncAnswer(Operation(random), SyncVerdict.List, default, Entries(random), random.Id()),
        _ => new SyncAnswer(Operation(random), SyncVerdict.Same, default, default, default),
    };

    private static Blob Entries(RandomSource random) => SyncEntry.Pack(random.ListUpTo(SyncEntry.EntriesMax, Entry));

    private static SyncEntry Entry(RandomSource random) => new(random.FileId(), random.Flag(), (byte)random.Next(256), random.Int());
}
