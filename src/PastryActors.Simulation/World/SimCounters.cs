using System.Globalization;

namespace PastryActors.Simulation.World;

/// <summary>Why a message did not arrive.</summary>
public enum LossReason : byte
{
    /// <summary>Lost by chance: <see cref="SimOptions.MessageLoss"/>.</summary>
    Chance,

    /// <summary>Lost with its connection: <see cref="SimOptions.ConnectionBreak"/>.</summary>
    Break,

    /// <summary>A partition lay between.</summary>
    Partition,

    /// <summary>Nobody lives at the address, or somebody else does, or it died before the message came.</summary>
    NobodyThere,

    /// <summary>The mailbox of a slow or stalled node was full: the node is too slow for its load, or the stall too long.</summary>
    MailboxFull,
}

/// <summary>What happened in the world, counted since its beginning.</summary>
public sealed class SimCounters
{
    private readonly long[] _lost = new long[Enum.GetValues<LossReason>().Length];
    private readonly long[] _sentOfKind = new long[byte.MaxValue + 1];

    /// <summary>Events taken from the queue.</summary>
    public long Events { get; internal set; }

    /// <summary>Messages that cores sent.</summary>
    public long Sent { get; internal set; }

    /// <summary>Messages that cores received.</summary>
    public long Delivered { get; internal set; }

    /// <summary>Messages that did not arrive, for any reason.</summary>
    public long Lost { get; private set; }

    /// <summary>Encoded size of the messages sent, without content; only with <see cref="SimOptions.Codec"/>.</summary>
    public long WireBytes { get; internal set; }

    /// <summary>Bytes of content sent behind messages.</summary>
    public long ContentBytes { get; internal set; }

    /// <summary>Facts that cores reported.</summary>
    public long Facts { get; internal set; }

    /// <summary>Replies that nobody had asked for, or whose asker forgot them.</summary>
    public long StrayReplies { get; internal set; }

    /// <summary>Cores that were started anew after an exception.</summary>
    public long CoreFaults { get; internal set; }

    /// <summary>Messages that did not arrive, for one reason.</summary>
    public long LostBy(LossReason reason) => _lost[(int)reason];

    /// <summary>Messages sent of one kind, by its number on the wire.</summary>
    public long SentOfKind(byte kind) => _sentOfKind[kind];

    internal void CountLost(LossReason reason)
    {
        Lost++;
        _lost[(int)reason]++;
    }

    /// <summary>Messages to and from nodes that started less than <see cref="NewcomerTime"/> ago.</summary>
    public long SentAmongNewcomers { get; private set; }

    /// <summary>How long a node is new: several times what a join takes.</summary>
    internal static TimeSpan NewcomerTime { get; } = TimeSpan.FromSeconds(60);

    internal void CountSent(byte kind, bool newcomers)
    {
        Sent++;
        _sentOfKind[kind]++;
        if (newcomers) SentAmongNewcomers++;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Events} events, {Sent} sent, {Delivered} delivered, {Lost} lost, {Facts} facts");
}
