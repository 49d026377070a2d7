namespace PastryActors.Pastry.Tables;

/// <summary>What the density of a leaf set says about the whole ring (DSN 2004, section 4.1).</summary>
internal static class RingEstimate
{
    private static readonly double Circumference = Math.Pow(2, 128);

    /// <summary>Number of nodes of the ring, within some tens of per cent; exact for a ring that the leaf set holds.</summary>
    public static double Nodes(LeafSet leafs) => Nodes(leafs.MeanSpacing());

    /// <summary>Number of nodes of a ring whose neighbours are so far apart on average.</summary>
    public static double Nodes(UInt128 spacing) => Math.Max(1, Circumference / Math.Max(1, (double)spacing));
}
