namespace PastryActors.Simulation.Network;

/// <summary>All shortest paths of a small graph: distances in ticks, and for every pair the first step. Floyd's algorithm, for some tens of routers.</summary>
internal sealed class ShortestPaths
{
    private const long Far = long.MaxValue / 4;

    private readonly int _size;
    private readonly long[] _ticks;
    private readonly short[] _next;

    public ShortestPaths(int size, IEnumerable<(int A, int B, long Ticks)> links)
    {
        _size = size;
        _ticks = new long[size * size];
        _next = new short[size * size];
        Array.Fill(_ticks, Far);
        for (int i = 0; i < size; i++) _ticks[(i * size) + i] = 0;
        foreach ((int a, int b, long ticks) in links)
        {
            Link(a, b, ticks);
            Link(b, a, ticks);
        }

        Close();
    }

    public long Ticks(int from, int to) => _ticks[(from * _size) + to];

    public int Next(int from, int to) => _next[(from * _size) + to];

    private void Link(int a, int b, long ticks)
    {
        int at = (a * _size) + b;
        if (ticks < _ticks[at]) (_ticks[at], _next[at]) = (ticks, (short)b);
    }

    private void Close()
    {
        for (int via = 0; via < _size; via++)
        {
            for (int from = 0; from < _size; from++)
            {
                long first = Ticks(from, via);
                if (first >= Far) continue;
                for (int to = 0; to < _size; to++) Shorten(from, via, to, first);
            }
        }
    }

    private void Shorten(int from, int via, int to, long first)
    {
        int at = (from * _size) + to;
        long through = first + Ticks(via, to);
        if (through < _ticks[at]) (_ticks[at], _next[at]) = (through, _next[(from * _size) + via]);
    }
}
