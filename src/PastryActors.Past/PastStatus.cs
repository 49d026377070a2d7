using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Past.Requests;

namespace PastryActors.Past;

/// <summary>What PAST of one node looks like at one moment: for a dashboard, and for a doctor.</summary>
/// <param name="Objects">Replicas held.</param>
/// <param name="Tombstones">Notes of reclaimed objects.</param>
/// <param name="ContentBytes">Content bytes of the replicas held.</param>
/// <param name="DivertedAway">Of the objects that belong here, those that another node holds for this one: there was no room.</param>
/// <param name="DivertedHere">Of the replicas held, those held for other nodes.</param>
/// <param name="FreeBytes">Room for more.</param>
/// <param name="LedgerEntries">Debits and grants of owners' ledgers.</param>
/// <param name="DebitedBytes">What the debits come to: size times k.</param>
/// <param name="Cached">Copies of objects that came by.</param>
/// <param name="CachedBytes">Bytes that they take, of the free ones.</param>
/// <param name="CacheHits">Lookups that they answered since the start.</param>
/// <param name="Pointers">Objects that should be here and are not yet, as far as known: each has a replica too few.</param>
/// <param name="FetchesInFlight">Of those, being fetched now.</param>
/// <param name="Surplus">Objects here that others should hold, under watch until those confirm.</param>
/// <param name="Restored">Objects fetched to restore k since the start.</param>
/// <param name="Repair">The restoring of k.</param>
/// <param name="OpenRequests">Requests of this node's applications without an answer yet.</param>
/// <param name="Admissions">Store requests of others being checked and written.</param>
/// <param name="Reads">Reads from the disk on behalf of others.</param>
/// <param name="SyncsCompleted">Comparisons with peers completed since the start.</param>
/// <param name="HashedEntries">Entries hashed for them: rises with what changes and what differs, not with what is held.</param>
/// <param name="LastSyncs">When the last complete comparison with each peer ended.</param>
public sealed record PastStatus(
    int Objects,
    int Tombstones,
    long ContentBytes,
    int DivertedAway,
    int DivertedHere,
    long FreeBytes,
    int LedgerEntries,
    long DebitedBytes,
    int Cached,
    long CachedBytes,
    long CacheHits,
    int Pointers,
    int FetchesInFlight,
    int Surplus,
    long Restored,
    RepairStatus Repair,
    int OpenRequests,
    int Admissions,
    int Reads,
    long SyncsCompleted,
    long HashedEntries,
    ValueList<PeerSync> LastSyncs);

/// <summary>How long ago the last complete comparison with a peer ended.</summary>
public sealed record PeerSync(RingId Peer, TimeSpan Ago);
