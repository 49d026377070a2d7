using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Messages;

namespace PastryActors.Pastry.Tests.Membership;

/// <summary>A prober on its bench: consistent leaf sets by probes (MSPastry, DSN 2004, figure 3).</summary>
public abstract class ProberTest
{
    private protected static readonly TimeSpan Timeout = Bench.Options.ProbeTimeout;
    private protected static readonly TimeSpan First = Timeout / 3;
    private protected readonly Bench _bench = new();

    private protected void PutOut(int member)
    {
        _bench.Do(() => _bench.Prober.Probe(Peers.Of(member)));
        for (long attempt = 1; attempt <= 3; attempt++) TimeUp(member, attempt);
        Assert.False(_bench.Context.Leafs.Contains(Peers.Id(member)));
    }

    /// <summary>A full leaf set, one of whose members another says it found dead.</summary>
    private protected void Doubted(int suspect)
    {
        _bench.WithLeafs(0x60, 0x70, 0x90, 0xa0);
        _bench.Do(() => _bench.Prober.OnProbe(Peers.Of(0x70), Message(ProbePurpose.Announce, [], [suspect])));
    }

    private protected Effect[] LinkFailed(NodeHandle node) => _bench.Do(() => _bench.Prober.OnLinkFailed(node));

    private protected Effect[] TimeUp(int node, long generation) => _bench.Do(() => _bench.Prober.OnTimeout(Peers.Id(node), generation));

    private protected static LeafSetProbe Ask(params int[] leafs) => Message(ProbePurpose.Ask, leafs, []);

    private protected static LeafSetProbe Answer(bool active, params int[] leafs) => Message(ProbePurpose.Answer, leafs, []) with { Active = active };

    private protected static LeafSetProbe Message(ProbePurpose purpose, int[] leafs, int[] failed) => new(purpose, false, [.. Peers.All(leafs)], [.. Peers.All(failed)]);
}
