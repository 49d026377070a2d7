using System.Diagnostics;
using System.Net.Sockets;

namespace PastryActors.Tcp.Connections;

/// <summary>
/// The stream of a socket whose reader, before it sleeps, looks for the next bytes for a moment where the last ones came soon: between
/// two nodes that answer each other at once, waking two threads an answer is most of the time. A look that was in vain is followed by
/// ever more sleeps without one, and one thread of a process looks at a time, so what looking costs is bounded; an idle node never looks.
/// Not safe for two readers, like any stream.
/// </summary>
internal sealed class WatchfulStream(Socket socket) : NetworkStream(socket, ownsSocket: false)
{
    /// <summary>A look ends after this, 100 us: about what waking the threads of both ends takes. An answer that needs longer is worth a sleep.</summary>
    private static readonly long LookMax = Stopwatch.Frequency / 10_000;

    /// <summary>Sleeps that were shorter than this lead to a look. Twice a look: the sleep counts the waking up, and what was done with the last bytes.</summary>
    private static readonly long ShortSleepMax = 2 * LookMax;

    /// <summary>After eight looks in vain, so many short sleeps to one look: hardly anything, and soon enough to notice that it would pay again.</summary>
    private const int SkipsMax = 255;

    private static int s_looking;

    /// <summary>Whether it looks: not before it is known that the connection is for short messages. Large ones come in many pieces, and a look for each costs more than it saves.</summary>
    public bool Looks { get; set; }

    private long _sleptAt;
    private int _skips;
    private int _skipsLeft;
    private bool _soon;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_sleptAt != 0) WokeUp();
        // A read of nothing asks whether there is something: TLS does so before it takes a buffer.
        if (Looks && _soon && Look() && buffer.IsEmpty) return new ValueTask<int>(0);
        ValueTask<int> read = base.ReadAsync(buffer, cancellationToken);
        if (!read.IsCompleted) _sleptAt = Stopwatch.GetTimestamp();
        return read;
    }

    private void WokeUp()
    {
        _soon = Stopwatch.GetTimestamp() - _sleptAt < ShortSleepMax && --_skipsLeft < 0;
        _sleptAt = 0;
    }

    /// <summary>Whether bytes came while this looked.</summary>
    private bool Look()
    {
        if (Socket.Available > 0) return true;
        if (Interlocked.CompareExchange(ref s_looking, 1, 0) != 0) return false;
        try
        {
            bool seen = LookUntil(Stopwatch.GetTimestamp() + LookMax);
            _skips = seen ? 0 : Math.Min((2 * _skips) + 1, SkipsMax);
            _skipsLeft = _skips;
            _soon = seen;
            return seen;
        }
        finally
        {
            Volatile.Write(ref s_looking, 0);
        }
    }

    private bool LookUntil(long end)
    {
        while (ThreadPool.PendingWorkItemCount == 0 && Stopwatch.GetTimestamp() < end)
        {
            if (Socket.Available > 0) return true;
            // Whoever is to send the answer may need this very core.
            Thread.Yield();
        }

        return false;
    }
}
