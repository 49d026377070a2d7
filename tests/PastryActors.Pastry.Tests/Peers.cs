using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Pastry.Tests;

/// <summary>Nodes named by the first byte of their id, so that a ring of 256 places can be followed in the head.</summary>
internal static class Peers
{
    public static RingId Id(int first) => new((UInt128)first << 120);

    public static NodeHandle Of(int first, uint incarnation = 1) => new(Id(first), $"n{first:x2}", incarnation);

    public static NodeHandle[] All(params int[] firsts) => [.. firsts.Select(first => Of(first))];

    public static int[] Names(IEnumerable<NodeHandle> nodes) => [.. nodes.Select(n => (int)(n.Id.Value >> 120))];

    public static NodeHandle Random(RandomSource random) => new(random.NextRingId(), $"n{random.Next(1 << 20)}", (uint)random.Next(5));
}
