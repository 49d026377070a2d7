using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Root;
using PastryActors.Scribe.Stream;
using PastryActors.Scribe.Subscribing;
using PastryActors.Scribe.Tree;

namespace PastryActors.Scribe.Topics;

/// <summary>What a node holds for one topic whose tree it is in: the parts, which the keepers of each duty work on.</summary>
internal sealed class TopicNode(RingId id, ScribeOptions options, BufferBudget budget, EntryCount entries)
{
    public RingId Id { get; } = id;

    /// <summary>Its name; empty where only the id is known.</summary>
    public string Name { get; set; } = "";

    public ParentLink Up { get; } = new();

    public ChildrenTable Children { get; } = new(options.MaxChildren, entries);

    public TopicStream Stream { get; } = new(options, budget);

    public GapFiller Gap { get; } = new();

    public List<Subscription> Subscribers { get; } = [];

    /// <summary>The root's office; only while this node is the topic's root.</summary>
    public RootOffice? Office { get; set; }

    /// <summary>The settings as heard from above.</summary>
    public TopicSettings HeardSettings { get; set; } = TopicSettings.Default;

    /// <summary>The settings: as this root's group decided, or as heard from above.</summary>
    public TopicSettings Settings => Office is { Group.IsKnown: true } office ? office.Group.Record.Settings : HeardSettings;

    /// <summary>The latest term heard of from above.</summary>
    public Term Term { get; set; }

    /// <summary>The latest term and the highest number heard of from below.</summary>
    public Term ClaimedTerm { get; set; }

    public ulong ClaimedHave { get; set; }

    /// <summary>After which number the open join asked to continue; null if it asked for what comes next.</summary>
    public ulong? JoinedAfter { get; set; }

    /// <summary>How often the open join was sent on.</summary>
    public int Redirects { get; set; }

    /// <summary>The choice of a node to join under; null while none is being made.</summary>
    public Move? Move { get; set; }

    /// <summary>When the only child of a forwarder that nobody else needs is sent to the parent; null while it is not such a one.</summary>
    public Instant? CollapseAt { get; set; }

    /// <summary>How often it was sent in vain.</summary>
    public int Collapses { get; set; }

    /// <summary>When anybody needed this node in the tree last, or its state began.</summary>
    public Instant LastNeeded { get; set; }

    /// <summary>What came from the parent and is on its way here and below.</summary>
    public RunsUnderWay Unsaid { get; } = new();

    /// <summary>What came from the parent and is done with since it was last told how far this node is, in bytes.</summary>
    public long UnsaidBytes { get; set; }

    /// <summary>How far a best-effort stream had gone on to whoever keeps up when that was last looked at.</summary>
    public ulong Passed { get; set; }

    public Instant LastSentDown { get; set; }

    public Instant LastSentUp { get; set; }

    /// <summary>Whether anybody needs this node in the tree.</summary>
    public bool IsNeeded => Children.Count > 0 || Subscribers.Count > 0;

    /// <summary>Whether messages can pass through: there is a parent, or this is the root and in office.</summary>
    public bool IsInTree => Up.Place == TreePlace.Attached || Office is { IsServing: true };

    /// <summary>The highest number seen here.</summary>
    public ulong HighestSeen => Math.Max(Stream.Head, Office?.Log.Last ?? 0);

    /// <summary>The latest term heard of, from above or below.</summary>
    public Term HighestTerm => ClaimedTerm > Term ? ClaimedTerm : Term;

    /// <summary>The highest number that is here in order, or was heard of from below.</summary>
    public ulong HighestHave => Math.Max(ClaimedHave, Stream.Last);

    /// <summary>Gives the memory back.</summary>
    public void Discard()
    {
        Stream.Recent.Clear();
        Office?.Replica.Discard();
    }
}
