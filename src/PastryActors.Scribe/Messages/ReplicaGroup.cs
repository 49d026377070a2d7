using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.Messages;

/// <summary>
/// The nodes whose majority decides about a topic's numbering (Raft's configuration, Ongaro and Ousterhout, USENIX ATC 2014, section 6).
/// While the group changes, a majority of the old and one of the new are both needed, so that any two majorities have a node in common.
/// A member is one start of a node: one that started again has forgotten what it promised and what it held, and is another.
/// </summary>
/// <param name="Term">The term whose root made the group so.</param>
/// <param name="Version">Grows with every change; of two groups the later term's, then the higher version, is in force.</param>
/// <param name="Members">The nodes, at most <see cref="MembersMax"/>; none where no group is known.</param>
/// <param name="Leaving">The group before, while it changes; else none.</param>
public sealed record ReplicaGroup(Term Term, ulong Version, ValueList<NodeHandle> Members, ValueList<NodeHandle> Leaving)
{
    /// <summary>Most members of a group.</summary>
    public const int MembersMax = 16;

    /// <summary>What is decided about the topic; it changes as the group does, by a higher version that a majority must know.</summary>
    public TopicRecord Record { get; init; } = TopicRecord.Default;

    /// <summary>The members as a topic with this record counts them: any start of a node where the node keeps its word on its disk, else this one.</summary>
    public static ValueList<NodeHandle> MembersOf(IEnumerable<NodeHandle> nodes, TopicRecord record) =>
        nodes.Select(n => record.Settings.Retain.IsDurable ? n with { Incarnation = 0 } : n).ToValueList();

    /// <summary>No group is known.</summary>
    public static ReplicaGroup None { get; } = new(default, 0, default, default);

    /// <summary>Whether there is a group at all.</summary>
    public bool IsKnown => Members.Count > 0;

    /// <summary>Whether the group changes.</summary>
    public bool IsChanging => Leaving.Count > 0;

    /// <summary>All nodes that have a say, each start of a node once.</summary>
    public IEnumerable<NodeHandle> All => Members.Concat(Leaving.Where(l => !Contains(Members, l)));

    /// <summary>Whether this group is in force rather than the other.</summary>
    public bool Supersedes(ReplicaGroup other) => IsKnown && (Term, Version).CompareTo((other.Term, other.Version)) > 0;

    /// <summary>Whether the nodes for which it holds are a majority; while the group changes, of both.</summary>
    public bool HasMajority(Func<NodeHandle, bool> holds) => IsKnown && IsMajority(Members, holds) && (!IsChanging || IsMajority(Leaving, holds));

    /// <summary>Whether among the nodes for which it holds there must be one of every majority.</summary>
    public bool MeetsEveryMajority(Func<NodeHandle, bool> holds) =>
        IsKnown && (Members.Count(holds) > (Members.Count - 1) / 2 || (IsChanging && Leaving.Count(holds) > (Leaving.Count - 1) / 2));

    /// <summary>The highest number that a majority has reached; while the group changes, that both have.</summary>
    public ulong Reached(Func<NodeHandle, ulong> reached) =>
        IsChanging ? Math.Min(ReachedBy(Members, reached), ReachedBy(Leaving, reached)) : ReachedBy(Members, reached);

    /// <summary>Whether the members are these, in whatever order.</summary>
    public bool HasMembers(IReadOnlyCollection<NodeHandle> nodes) => nodes.Count == Members.Count && nodes.All(n => Contains(Members, n));

    /// <summary>
    /// Whether the two are the same start of the same node. Addresses are hints, and do not count. Incarnation 0 stands for every start: of
    /// a node that keeps its word on its disk.
    /// </summary>
    public static bool IsSame(NodeHandle a, NodeHandle b) => a.Id == b.Id && (a.Incarnation == b.Incarnation || a.Incarnation == 0 || b.Incarnation == 0);

    /// <summary>Whether more than half of the nodes are such for which it holds.</summary>
    public static bool IsMajority(IReadOnlyCollection<NodeHandle> nodes, Func<NodeHandle, bool> holds) => nodes.Count(holds) > nodes.Count / 2;

    internal void Write(WireWriter writer, int field)
    {
        if (!IsKnown) return;
        int mark = writer.Begin(field);
        writer.Term(1, Term);
        writer.Number(2, Version);
        foreach (NodeHandle member in Members) writer.Node(3, member);
        foreach (NodeHandle leaving in Leaving) writer.Node(4, leaving);
        Record.Write(writer, 5);
        writer.End(mark);
    }

    internal static ReplicaGroup Read(WireReader reader)
    {
        (Term term, ulong version) = (default(Term), 0UL);
        List<NodeHandle> members = [];
        List<NodeHandle> leaving = [];
        TopicRecord record = TopicRecord.Default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: term = reader.Term(); break;
                case 2: version = reader.Limited(); break;
                case 3: AddTo(members, reader.Node()); break;
                case 4: AddTo(leaving, reader.Node()); break;
                case 5: record = TopicRecord.Read(reader.Nested()); break;
                default: reader.Skip(); break;
            }
        }

        return members.Count > 0 ? new ReplicaGroup(term, version, members.ToValueList(), leaving.ToValueList()) { Record = record } : throw new WireFormatException("a group without members");
    }

    private static void AddTo(List<NodeHandle> nodes, NodeHandle node)
    {
        if (nodes.Count == MembersMax) throw new WireFormatException($"a group of more than {MembersMax} nodes");
        if (nodes.Exists(n => n.Id == node.Id)) throw new WireFormatException("a group that counts a node twice");
        nodes.Add(node);
    }

    private static bool Contains(ValueList<NodeHandle> nodes, NodeHandle node) => nodes.Any(n => IsSame(n, node));

    private static ulong ReachedBy(ValueList<NodeHandle> nodes, Func<NodeHandle, ulong> reached)
    {
        if (nodes.Count == 0) return 0;
        ulong[] sorted = [.. nodes.Select(reached).Order()];
        return sorted[(nodes.Count - 1) / 2];
    }
}
