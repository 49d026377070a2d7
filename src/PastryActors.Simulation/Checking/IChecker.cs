using System.Text.RegularExpressions;
using PastryActors.Core.Driving;
using PastryActors.Simulation.World;

namespace PastryActors.Simulation.Checking;

/// <summary>Hears of every fact that a node of the world reports, at the moment when it does.</summary>
public interface IFactListener
{
    /// <summary>A node reported a fact. Called inside the run: it may look, ask, crash and cut, but not run the world.</summary>
    void Observe(SimNode node, in Fact fact, Instant now);
}

/// <summary>
/// Judges a run independently of the code that it judges: listens to facts while it goes on, and looks at the cores at its end.
/// </summary>
public interface IChecker : IFactListener
{
    /// <summary>What is checked, in one word or two: the key in reports.</summary>
    string Name { get; }

    /// <summary>The verdict about the run so far.</summary>
    CheckResult Conclude(SimWorld world);
}

/// <summary>A checker's verdict.</summary>
/// <param name="Name">Of the checker.</param>
/// <param name="Ok">Whether what it checks holds.</param>
/// <param name="Detail">For people: what was counted, or what is wrong and where.</param>
public sealed partial record CheckResult(string Name, bool Ok, string Detail)
{
    /// <summary>What sort of failure it is, if the detail names too much of the one case to tell: where a core threw.</summary>
    public string? Cause { get; init; }

    /// <summary>Name and detail without what differs from one case to the next of the same failure: ids and numbers.</summary>
    public string Signature => $"{Name}: {Cause ?? Numbers().Replace(Detail, "#")}";

    [GeneratedRegex("[0-9a-f]{16,}|[0-9]+([.:][0-9]+)*")]
    private static partial Regex Numbers();
}
