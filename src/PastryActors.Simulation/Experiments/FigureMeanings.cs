namespace PastryActors.Simulation.Experiments;

/// <summary>What the figures of a run mean, in a sentence each. A figure of a phase is named PHASE.FIGURE and means the same of that phase.</summary>
public static class FigureMeanings
{
    /// <summary>Name and meaning, in the order of a page.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> All { get; } =
    [
        new("lookups", "Messages routed to random keys from random active nodes."),
        new("meanHops", "Messages from node to node that a delivered lookup took, on average; 0 where the asker is the root."),
        new("modelHops", "The same if every table of these very nodes were perfect: the paper's rule on sorted ids, 50,000 lookups, sharing no code with the overlay."),
        new("maxHops", "The most hops of a lookup."),
        new("wrongDeliveries", "Lookups delivered by a node that was not, at that moment, the closest of the nodes that are up and active."),
        new("lostLookups", "Lookups never delivered, those whose asker died included; the run waits a minute for the last ones."),
        new("lossRate", "lostLookups over lookups."),
        new("duplicateDeliveries", "Deliveries of a lookup that was delivered already."),
        new("delayRatio", "Time of the routes of all delivered lookups over the time that messages straight to the same roots would have taken (retries included; lookups that stay at their asker left out)."),
        new("delayRatioMean", "The same ratio lookup by lookup, averaged: near roots weigh more."),
        new("controlMessagesPerNodeSecond", "All messages of all nodes, but not those that carry lookups (retries included) nor their per-hop acknowledgements, over the seconds that all nodes lived."),
        new("lookupAcksPerNodeSecond", "The per-hop acknowledgements of lookups, which controlMessagesPerNodeSecond leaves out."),
        new("messages", "All messages that nodes sent."),
        new("callsPerJoin", "Messages to and from nodes in their first minute, two to a call, over the nodes that joined since the phase named quiet."),
        new("paperCallsPerJoin", "3 x 2^b x log N to the base 2^b, with the N and b of the run."),
        new("callsPerFailedNode", "Control messages beyond those of the same ring in the phase named quiet, two to a call, over the nodes that failed since."),
        new("leafSetCallsPerFailedNode", "Of these the leaf-set probes, their answers and the announcements of failures."),
        new("distanceCallsPerFailedNode", "Of these the distance probes: candidates measured, and entries of tables asked whether they live."),
        new("tableCallsPerFailedNode", "Of these the questions for rows of tables and for neighbourhoods, and their answers."),
        new("forestReaders", "Nodes that watch the channel."),
        new("forestInteriorNodes", "Nodes with children in a stripe's tree of the channel."),
        new("forestInteriorInMany", "Of these the ones with children in several trees: SplitStream's exceptions."),
        new("forestForeignChildren", "Children of nodes that their stripe does not belong to."),
        new("forestForeignAllowed", "Readers of stripes beyond the places that are offered by those that the stripe belongs to: no forest has fewer foreign children."),
        new("forestChildrenMax", "The most children that a node serves."),
        new("forestDepthMean", "Nodes that a piece passes from the root to a reader, on average over readers and stripes."),
        new("forestDepthMax", "The most of these."),
        new("forestDeathCostMax", "The most stripes that the death of one node costs one reader; the publisher's death, which ends the stream, left out."),
        new("forestDeathsAtOneStripe", "Of the pairs of a reader and a node above it the share in which the node's death costs it one stripe."),
        new("blocksPublished", "Blocks of streams that publishers sent."),
        new("blocksDelivered", "Blocks that readers were given, each reader counted."),
        new("blocksLost", "Blocks that readers were told they do not get, each reader counted; those whose node died left out."),
        new("reads", "Lookups of files."),
        new("readsFound", "Of these the answered."),
        new("readP50Millis", "Half of the answered file lookups of nodes that are not slow, and not answered by the asker itself, took at most so many milliseconds."),
        new("readP99Millis", "Of these, 99 in a hundred took at most so many."),
        new("readsOvertaken", "Lookups that asked another holder beside one that took long."),
        new("nearestShare", "Share of the answered file lookups that ended at the holder with the least latency to the asker."),
        new("twoNearestShare", "Share that ended at one of the two nearest holders."),
        new("filesAcknowledged", "Inserts that were acknowledged, and not reclaimed since."),
        new("insertsFailed", "Inserts that ended without success."),
        new("auditsPassed", "Audits in which a node proved that it holds what it should."),
        new("auditsFailed", "Audits answered with what is no proof."),
        new("forged", "Messages refused before a subscriber saw them, because their publishers' signatures did not hold."),
        new("repeated", "Messages refused before a subscriber saw them, because it had them under another number."),
        new("standIns", "Objects that a neighbour holds in the place of a node that failed an audit, counted when found."),
        new("files", "Files of the trace that were inserted or given up."),
        new("succeed", "Percent of the files that found room, under whichever salt; at80.fail and the like are of all files until the ring was 80 % full. The files are drawn: the paper's trace is not to be had, and one with its count, median, mean and largest file, and its bytes in few large ones, supports the paper's table and is no independent proof of each digit."),
        new("fail", "Percent that did not, under any."),
        new("fileDiversion", "Percent of the stored files that lie under another than their first salt."),
        new("replicaDiversion", "Percent of the stored replicas that a node holds for another that had no room."),
        new("utilization", "Bytes of all acknowledged replicas, in percent of what all nodes give."),
        new("storedBeyond", "Bytes on disks that no acknowledged file accounts for, in percent of what all nodes give."),
        new("hitRate", "Share of the found lookups that a cached copy answered; from80.hitRate and the like are of those while the ring was 80 to 90 % full. Copies may be as large as the free room, and their leases do not end; 77 clients for 225 nodes."),
        new("lookupHops", "Messages from node to node until a lookup found its file, on average."),
        new("lookupsFailed", "Lookups of stored files without an answer."),
        new("topics", "Topics with a tree."),
        new("childrenTablesMean", "Children tables of a node (topics of which it forwards), on average over all live nodes."),
        new("childrenTablesMedian", "The median of the same."),
        new("childrenTablesMax", "The most of a node."),
        new("childrenEntriesMean", "Children in all tables of a node together, on average over all live nodes."),
        new("childrenEntriesMedian", "The median of the same."),
        new("childrenEntriesMax", "The most of a node."),
        new("meanDelayRatioMedian", "RAD: of a topic, the mean delay from the root to its subscribers along the tree over the mean straight; the median of all topics."),
        new("meanDelayRatioMax", "The greatest RAD of a topic."),
        new("greatestDelayRatioMedian", "RMD: of a topic, the greatest delay to a subscriber along the tree over the greatest straight; the median of all topics."),
        new("greatestDelayRatioMax", "The greatest RMD of a topic."),
        new("linkMessages", "Messages over links of the network, router to router and access links, if each topic sends one message down its tree."),
        new("linkMessagesRatio", "linkMessages over those of IP multicast: the union of the shortest paths from the root to the subscribers."),
        new("linkStressMaxRatio", "The most messages over one link, over the same of IP multicast."),
        new("memoryPerNodeBytes", "What the process holds after a full collection, less what it held before the run, over the live nodes: overlay, applications, waiting events and the laboratory's own books; of a phase at its end, else the greatest of the moments when the ring was whole, a phase ended, or the run did."),
        new("eventsPerSecond", "Events of the world over the seconds that the run took here."),
    ];

    /// <summary>The meaning of a figure, of a phase or not; null for a name that no run writes.</summary>
    public static string? Of(string figure)
    {
        string bare = figure[(figure.LastIndexOf('.') + 1)..];
        return All.FirstOrDefault(m => m.Key == bare).Value;
    }
}
