using PastryActors.Hocon.Schema;

namespace PastryActors.Hocon.Settings;

/// <summary>The keys of <c>pastry.scribe</c>.</summary>
internal static class ScribeSchema
{
    public static OptionSection<ScribeSettings> Section() => Bounds(Times(new OptionSection<ScribeSettings>(
        "Scribe: topics (Castro et al., JSAC 2002). A topic's tree is made of the routes of its subscriptions to the topic's root.")));

    private static OptionSection<ScribeSettings> Times(OptionSection<ScribeSettings> section) => section
        .Key("heartbeat-period", Ranges.Period, o => o.HeartbeatPeriod, (o, v) => o with { HeartbeatPeriod = v },
            """
            How often a node says to every neighbour in trees that it lives, one message for all topics that they share. Lowering it mends trees sooner and
            costs a message a neighbour and period.
            """)
        .Key("heartbeat-misses", OptionTypes.Int(1, 20), o => o.HeartbeatMisses, (o, v) => o with { HeartbeatMisses = v },
            """
            Periods without a sign of its parent after which a child joins the tree anew. One would take every lost heartbeat for a failure; each more mends
            one period later.
            """)
        .Key("publish-timeout", Ranges.Deadline, o => o.PublishTimeout, (o, v) => o with { PublishTimeout = v },
            "How long a publish waits for the root's acknowledgement with its sequence number, attempts included, before it ends with a reason.");

    private static OptionSection<ScribeSettings> Bounds(OptionSection<ScribeSettings> section) => section
        .Key("max-children", OptionTypes.Int(1, 1024), o => o.MaxChildren, (o, v) => o with { MaxChildren = v },
            """
            Children of one topic at one node. A subscription beyond it is handed to a child, which becomes its parent: lower spreads the work of fan-out over
            more nodes and makes trees deeper, a hop for each level.
            """)
        .Key("max-entries", Ranges.Bound, o => o.MaxEntries, (o, v) => o with { MaxEntries = v },
            """
            Children of all topics at one node, while others have room: beyond it the node sends the farthest child of its largest topic down to another
            child (the paper's bottleneck remover). Lower spreads the work of fan-out over more nodes, for a hop more here and there.
            """)
        .Key("collapse-after", OptionTypes.Duration(TimeSpan.Zero, TimeSpan.FromDays(1)), o => o.CollapseAfter, (o, v) => o with { CollapseAfter = v },
            """
            After how long a node that only passes a topic on to one child takes itself out of the tree, the child going to its parent; 0s never does.
            Lower shortens the ways of small topics sooner, and changes trees more often.
            """)
        .Key("max-topics", Ranges.Bound, o => o.MaxTopics, (o, v) => o with { MaxTopics = v },
            """
            Topics that a node keeps state of, as root, forwarder or subscriber. A new one beyond it is refused with that reason. Some hundred bytes each, and
            more for each child.
            """)
        .Key("max-message", OptionTypes.ArraySize(1 << 10, 16 << 20), o => o.MaxMessageBytes, (o, v) => o with { MaxMessageBytes = v },
            """
            Largest payload of one message. Larger ones are refused where they are published. Must fit tcp.max-frame on all nodes; larger content belongs in a
            file, its fileId in the message.
            """)
        .Key("subscriber-queue", Ranges.Bound, o => o.SubscriberQueue, (o, v) => o with { SubscriberQueue = v },
            """
            Runs of messages that may wait at the gateway for one subscriber that reads too slowly. With a quarter of them unread the node sends no more, and
            when the subscriber reads on it gets the rest from what the topic keeps, or is told the gap; others do not wait. A run has 128 KiB at most, or one
            message: memory at worst is a quarter of this times that, a slow subscriber.
            """)
        .Key("retain", OptionTypes.Choice<TopicRetain>(), o => o.Retain, (o, v) => o with { Retain = v },
            """
            What a topic keeps of its past if nobody created it with a setting of its own: nothing, or everything, in PAST. A message of a topic that keeps
            something is acknowledged when a majority has it on disk. Asked of the topic's root when the topic begins: give all nodes the same.
            """)
        .Key("child-window", OptionTypes.ArraySize(64 << 10, 256 << 20), o => o.ChildWindowBytes, (o, v) => o with { ChildWindowBytes = v },
            """
            Bytes of one topic on their way to one child of the tree. A child that has so many unacknowledged is sent no more until it goes on: what a
            child that stands still costs. Throughput to a child is at most this in a round trip. Below what tcp queues for a peer, or that drops.
            """)
        .Key("child-lag", Ranges.Deadline, o => o.ChildLagMax, (o, v) => o with { ChildLagMax = v },
            """
            How long a child may be held back before it is put out and counted. It joins again, by way of a sibling if there is one. Longer is patient with
            long pauses; shorter finds better paths sooner.
            """)
        .Key("segment", OptionTypes.ArraySize(4 << 10, 4 << 20), o => o.SegmentBytes, (o, v) => o with { SegmentBytes = v },
            """
            Of a topic that keeps its past: how many bytes of messages are stored as one object. Larger means fewer objects and longer in the logs of the
            topic's keepers; best below past.chunk, so that a segment is one object.
            """)
        .Key("sign-messages", OptionTypes.Flag, o => o.SignMessages, (o, v) => o with { SignMessages = v },
            """
            Whether this node signs what it publishes and gives its subscribers only what its publisher signed, so that no node on the way can forge, change
            or repeat a message. Costs a publisher a signature a batch, every receiver its check, and some 40 to 300 bytes a message. Off trusts every node of
            the ring; topics that were created as signed stay so. Give all nodes the same: history written without signatures is not given to those who want them.
            """)
        .Key("root-replicas", OptionTypes.Int(1, 16), o => o.RootReplicas, (o, v) => o with { RootReplicas = v },
            """
            Nodes that hold a topic's numbering: the root and those that would become root after it. A message is acknowledged when more than half of them
            hold it, so fewer than half may fail at once; each more costs a message for each publish.
            """);
}
