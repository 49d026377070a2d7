using System.Globalization;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Pastry.Node;
using PastryActors.Simulation.Nodes;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Checking;

/// <summary>
/// Every entry of every routing table is of a node that exists, shares exactly as many digits with the owner as its row says, and no
/// two of a row continue alike (Middleware 2001, section 2.1). Digits are compared as text, which shares nothing with the overlay. Of a
/// large ring some thousands of nodes are looked at, evenly among all.
/// </summary>
public sealed class TableChecker(SimRing ring) : IChecker
{
    /// <summary>Tables looked at: more tell nothing new, and a million take minutes.</summary>
    private const int NodesMax = 10_000;

    /// <inheritdoc/>
    public string Name => "routingTables";

    /// <inheritdoc/>
    public void Observe(SimNode node, in Fact fact, Instant now)
    {
    }

    /// <inheritdoc/>
    public CheckResult Conclude(SimWorld world)
    {
        long entries = 0;
        int looked = 0;
        int step = Math.Max(1, world.Live.Count / NodesMax);
        for (int i = 0; i < world.Live.Count; i += step, looked++)
        {
            if (SimRing.CoreOf(world.Live[i]) is not { } core) continue;
            if (Problem(core, ref entries) is { } problem) return new CheckResult(Name, false, $"{world.Live[i]}: {problem}");
        }

        return new CheckResult(Name, true, string.Create(CultureInfo.InvariantCulture, $"{entries} entries of {looked} nodes match their prefixes"));
    }

    private string? Problem(PastryNode core, ref long entries)
    {
        string own = DigitsOf(core.Self.Id, core.Options.DigitBits);
        for (int row = 0; row < core.Table.RowCount; row++)
        {
            HashSet<char> next = [];
            foreach (NodeHandle entry in core.Table.Row(row))
            {
                entries++;
                string digits = DigitsOf(entry.Id, core.Options.DigitBits);
                if (string.CompareOrdinal(own, 0, digits, 0, row) != 0 || own[row] == digits[row]) return $"row {row} holds {entry.Id}";
                if (!next.Add(digits[row])) return $"row {row} holds two that continue alike, one of them {entry.Id}";
                if (!ring.HadLiars && ring.Index.Find(entry.Id) is null) return $"row {row} holds {entry.Id}, which never was";
            }
        }

        return null;
    }

    /// <summary>A character a digit.</summary>
    private static string DigitsOf(RingId id, int bits)
    {
        if (bits == 4) return id.ToString();
        string binary = string.Concat(id.ToString().Select(static c => Convert.ToString(Convert.ToInt32(c.ToString(), 16), 2).PadLeft(4, '0')));
        return string.Concat(binary.Chunk(bits).Select(static d => (char)('0' + Convert.ToInt32(new string(d), 2))));
    }
}
