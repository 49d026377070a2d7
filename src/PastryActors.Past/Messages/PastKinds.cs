using PastryActors.Core.Wire;

namespace PastryActors.Past.Messages;

/// <summary>The kinds of messages of PAST: 32 to 63 (docs/protocol-past.md).</summary>
public static class PastKinds
{
    /// <summary>Every kind, by number.</summary>
    public static IReadOnlyList<MessageKind> All { get; } =
    [
        new(Locate.Number, "locate", static (ref WireReader reader) => Locate.Read(ref reader)),
        new(Located.Number, "located", static (ref WireReader reader) => Located.Read(ref reader)),
        new(LookupRequest.Number, "lookup-request", static (ref WireReader reader) => LookupRequest.Read(ref reader)),
        new(ObjectAnswer.Number, "object-answer", static (ref WireReader reader) => ObjectAnswer.Read(ref reader)),
        new(LookupMiss.Number, "lookup-miss", static (ref WireReader reader) => LookupMiss.Read(ref reader)),
        new(StoreRequest.Number, "store-request", static (ref WireReader reader) => StoreRequest.Read(ref reader)),
        new(StoreAnswer.Number, "store-answer", static (ref WireReader reader) => StoreAnswer.Read(ref reader)),
        new(Refused.Number, "refused", static (ref WireReader reader) => Refused.Read(ref reader)),
        new(HoldQuery.Number, "hold-query", static (ref WireReader reader) => HoldQuery.Read(ref reader)),
        new(HoldReport.Number, "hold-report", static (ref WireReader reader) => HoldReport.Read(ref reader)),
        new(InspectQuery.Number, "inspect-query", static (ref WireReader reader) => InspectQuery.Read(ref reader)),
        new(InspectReport.Number, "inspect-report", static (ref WireReader reader) => InspectReport.Read(ref reader)),
        new(FetchRequest.Number, "fetch-request", static (ref WireReader reader) => FetchRequest.Read(ref reader)),
        new(FetchMiss.Number, "fetch-miss", static (ref WireReader reader) => FetchMiss.Read(ref reader)),
        new(TombstoneAnswer.Number, "tombstone-answer", static (ref WireReader reader) => TombstoneAnswer.Read(ref reader)),
        new(ReclaimRequest.Number, "reclaim-request", static (ref WireReader reader) => ReclaimRequest.Read(ref reader)),
        new(ReclaimAnswer.Number, "reclaim-answer", static (ref WireReader reader) => ReclaimAnswer.Read(ref reader)),
        new(SyncAsk.Number, "sync-ask", static (ref WireReader reader) => SyncAsk.Read(ref reader)),
        new(SyncAnswer.Number, "sync-answer", static (ref WireReader reader) => SyncAnswer.Read(ref reader)),
        new(SyncTell.Number, "sync-tell", static (ref WireReader reader) => SyncTell.Read(ref reader)),
        new(RoomNotice.Number, "room-notice", static (ref WireReader reader) => RoomNotice.Read(ref reader)),
        new(RoomQuery.Number, "room-query", static (ref WireReader reader) => RoomQuery.Read(ref reader)),
        new(RoomReport.Number, "room-report", static (ref WireReader reader) => RoomReport.Read(ref reader)),
        new(PointerOffer.Number, "pointer-offer", static (ref WireReader reader) => PointerOffer.Read(ref reader)),
        new(Discard.Number, "discard", static (ref WireReader reader) => Discard.Read(ref reader)),
        new(CacheCopy.Number, "cache-copy", static (ref WireReader reader) => CacheCopy.Read(ref reader)),
        new(AuditChallenge.Number, "audit-challenge", static (ref WireReader reader) => AuditChallenge.Read(ref reader)),
        new(AuditProof.Number, "audit-proof", static (ref WireReader reader) => AuditProof.Read(ref reader)),
        new(LedgerRequest.Number, "ledger-request", static (ref WireReader reader) => LedgerRequest.Read(ref reader)),
        new(LedgerAnswer.Number, "ledger-answer", static (ref WireReader reader) => LedgerAnswer.Read(ref reader)),
        new(UpkeepMessage.Number, "upkeep", static (ref WireReader reader) => UpkeepMessage.Read(ref reader)),
    ];
}
