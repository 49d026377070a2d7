namespace PastryActors.Simulation.Network;

/// <summary>
/// A cut in the network: what nodes of one side send to nodes of the other is lost in silence, as on a cable that was pulled.
/// Messages that were under way when it was cut still arrive.
/// </summary>
public sealed class Partition
{
    private readonly HashSet<int> _side;
    private readonly HashSet<int>? _other;

    internal Partition(IEnumerable<int> side, IEnumerable<int>? other, bool oneWay)
    {
        _side = [.. side];
        _other = other is null ? null : [.. other];
        OneWay = oneWay;
    }

    /// <summary>Whether only what the first side sends is lost.</summary>
    public bool OneWay { get; }

    internal bool Cuts(int from, int to) => Crosses(from, to) || (!OneWay && Crosses(to, from));

    private bool Crosses(int from, int to) => _side.Contains(from) && (_other is null ? !_side.Contains(to) : _other.Contains(to));
}
