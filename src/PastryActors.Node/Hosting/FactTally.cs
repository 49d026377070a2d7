using System.Text;
using PastryActors.Core.Driving;

namespace PastryActors.Node.Hosting;

/// <summary>Counts the facts that a core reports, by kind. One node's thread counts, any thread reads.</summary>
internal sealed class FactTally
{
    private static readonly string[] Names = [.. Enum.GetValues<FactKind>().Select(NameOf)];

    private readonly long[] _counts = new long[Names.Length];

    public void Count(FactKind kind) => Interlocked.Increment(ref _counts[(int)kind]);

    /// <summary>Adds each count under its name, words joined by underscores.</summary>
    public void AddTo(Dictionary<string, long> counters)
    {
        for (int kind = 1; kind < Names.Length; kind++) counters[Names[kind]] = Volatile.Read(ref _counts[kind]);
    }

    private static string NameOf(FactKind kind)
    {
        var name = new StringBuilder();
        foreach (char c in kind.ToString())
        {
            if (char.IsUpper(c) && name.Length > 0) name.Append('_');
            name.Append(char.ToLowerInvariant(c));
        }

        return name.ToString();
    }
}
