using PastryActors.Core.Ring;

namespace PastryActors.Core.Driving;

/// <summary>What happened, for metrics, logs, traces and the simulator's checkers. Each kind says what <see cref="Fact.Value"/> means for it.</summary>
public enum FactKind : byte
{
    None,

    /// <summary>The node became active. Value: milliseconds since its start.</summary>
    BecameActive,

    /// <summary>The node is no longer sure of its leaf set, and delivers nothing.</summary>
    BecameInactive,

    /// <summary>No seed or remembered peer answered. Value: rounds tried.</summary>
    Alone,

    /// <summary>The node started a ring of its own.</summary>
    RingFounded,

    /// <summary>The leaf set changed. Value: members.</summary>
    LeafSetChanged,

    /// <summary>A peer was declared failed. Subject: its id.</summary>
    NodeFailed,

    /// <summary>A peer said that it leaves. Subject: its id.</summary>
    NodeLeft,

    /// <summary>A ring that had been cut off was found again. Subject: the node found there.</summary>
    RingMerged,

    /// <summary>A message was delivered here. Subject: its key. Value: hops.</summary>
    Delivered,

    /// <summary>A message was sent on. Subject: its key. Value: hop number.</summary>
    HopTaken,

    /// <summary>A hop was not acknowledged in time and another was taken. Subject: the silent node.</summary>
    HopRerouted,

    /// <summary>A message was given up. Subject: its key. Value: hops.</summary>
    RouteLost,

    /// <summary>A message was refused: not understood, or not allowed from that peer. Subject: the sender.</summary>
    MessageRefused,

    /// <summary>A bounded collection was full and something was dropped. Value: the bound.</summary>
    Dropped,

    /// <summary>An object became durable here. Subject: its key. Value: bytes.</summary>
    ReplicaStored,

    /// <summary>An object for which there was no room here is held by another node, and a durable pointer leads there. Subject: its key. Value: bytes.</summary>
    ReplicaDiverted,

    /// <summary>An object found no room, neither here nor with a neighbour. Subject: its key. Value: bytes.</summary>
    NoRoom,

    /// <summary>This node gives more than 100 times as much room as its neighbours do on average: several nodes on this machine would share it better. Value: its capacity in bytes.</summary>
    CapacityTooLarge,

    /// <summary>This node gives less than a hundredth of the room that its neighbours do on average: it costs the ring more than it brings. Value: its capacity in bytes.</summary>
    CapacityTooSmall,

    /// <summary>An object was removed here because enough others hold it, or because its owner reclaimed it. Subject: its key.</summary>
    ReplicaDropped,

    /// <summary>This node is about to leave its ring and hands over what it holds. Value: entries that are not handed over yet.</summary>
    HandingOver,

    /// <summary>An object was fetched from another holder to restore k. Subject: its key. Value: bytes.</summary>
    ReplicaRestored,

    /// <summary>A lookup was answered from here. Subject: the key. Value: hops.</summary>
    LookupServed,

    /// <summary>A lookup was answered from a cached copy here. Subject: the key. Value: hops.</summary>
    CacheHit,

    /// <summary>A lookup from here took long, and another holder was asked as well. Subject: the key. Value: milliseconds waited.</summary>
    LookupOvertaken,

    /// <summary>An object that should be here is corrupt or gone. Subject: its key.</summary>
    ReplicaDamaged,

    /// <summary>A node proved that it holds what it should. Subject: the node.</summary>
    AuditPassed,

    /// <summary>A node could not prove that it holds what it should. Subject: the node.</summary>
    AuditFailed,

    /// <summary>A replica that a node could not prove is held by another in its place. Subject: the object's key. Value: bytes.</summary>
    StandInFound,

    /// <summary>An owner's quota did not cover an object. Subject: the owner's ledger. Value: bytes asked for, times k.</summary>
    OverQuota,

    /// <summary>An object was debited to its owner's quota here. Subject: the owner's ledger. Value: bytes, times k.</summary>
    Debited,

    /// <summary>A debit was taken back here: the object was reclaimed, or never stored. Subject: the owner's ledger. Value: bytes, times k.</summary>
    Credited,

    /// <summary>A child was added to a topic's children table. Subject: the topic. Value: children.</summary>
    ChildAdded,

    /// <summary>A child was removed from a topic's children table. Subject: the topic. Value: children.</summary>
    ChildRemoved,

    /// <summary>A topic's message reached a subscriber here. Subject: the topic. Value: sequence.</summary>
    TopicDelivered,

    /// <summary>A subscriber was told of messages that cannot be recovered. Subject: the topic. Value: how many.</summary>
    TopicGap,

    /// <summary>This node lost its parent in a topic's tree and joins again. Subject: the topic.</summary>
    ParentLost,

    /// <summary>A child was sent to another parent: to spare this node, or because only that child needs it. Subject: the topic. Value: children over all topics.</summary>
    ChildMoved,

    /// <summary>A subscriber here took an anycast. Subject: the topic. Value: bytes.</summary>
    AnycastTaken,

    /// <summary>A child in a topic's tree takes its messages more slowly than they come, and is held back. Subject: the topic. Value: bytes on their way to it.</summary>
    ChildHeld,

    /// <summary>A child in a topic's tree was slow for too long and was put out. Subject: the topic. Value: seconds.</summary>
    ChildPutOut,

    /// <summary>A block of a channel's stream was put together here. Subject: the channel. Value: its number.</summary>
    BlockDelivered,

    /// <summary>Blocks of a channel's stream could not be put together here, and the readers were told. Subject: the channel. Value: how many.</summary>
    BlockGap,

    /// <summary>A topic's message was refused before a subscriber saw it: the signature that it must carry is missing or not its publisher's. Subject: the topic. Value: sequence.</summary>
    MessageForged,

    /// <summary>A topic's message was refused before a subscriber saw it: its publisher's signature holds, and the subscriber had it under another number. Subject: the topic. Value: sequence.</summary>
    MessageRepeated,
}

/// <summary>One fact. Costs no allocation, so that reporting is free where nobody listens.</summary>
public readonly record struct Fact(FactKind Kind, RingId Subject = default, long Value = 0);
