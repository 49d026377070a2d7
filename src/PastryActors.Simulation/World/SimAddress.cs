using System.Globalization;

namespace PastryActors.Simulation.World;

/// <summary>
/// Addresses of the simulated world. They name the node's index, so that finding a node needs no table of addresses, and how often
/// it moved, so that an old address is nobody's.
/// </summary>
internal static class SimAddress
{
    private const string Prefix = "sim-";

    public static string Of(int index, int moves) =>
        moves == 0 ? string.Create(CultureInfo.InvariantCulture, $"{Prefix}{index}") : string.Create(CultureInfo.InvariantCulture, $"{Prefix}{index}-{moves}");

    /// <summary>The index that an address names, or -1 for an address that no world made. Whether the node still lives there is for the caller to see.</summary>
    public static int IndexIn(string address)
    {
        if (!address.StartsWith(Prefix, StringComparison.Ordinal)) return -1;
        long index = 0;
        int at = Prefix.Length;
        for (; at < address.Length && char.IsAsciiDigit(address[at]) && index <= int.MaxValue; at++) index = (index * 10) + (address[at] - '0');
        return at > Prefix.Length && index <= int.MaxValue ? (int)index : -1;
    }
}
