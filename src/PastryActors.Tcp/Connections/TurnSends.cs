using PastryActors.Core.Driving;
using PastryActors.Engine;

namespace PastryActors.Tcp.Connections;

/// <summary>
/// The connections that one turn of a node has put messages on and not woken yet. They leave together when the turn ends, written by the
/// thread of the turn: a connection that sleeps needs no other thread, and all messages of the turn to one peer are one batch. What is
/// much, large or old does not wait for that: it leaves by threads of the pool, while the turn goes on. Not safe for two threads.
/// </summary>
internal sealed class TurnSends
{
    /// <summary>A turn that has put so many messages is busy enough for another thread to be worth waking.</summary>
    private const int MessagesMax = 64;

    /// <summary>More to encrypt than this is work for another thread: about 15 us.</summary>
    private const int ContentBytesMax = 16 * 1024;

    /// <summary>More peers than this at once are worth another thread too.</summary>
    private const int ConnectionsMax = 16;

    /// <summary>A message does not wait longer than waking a thread would take.</summary>
    private static readonly TimeSpan WaitMax = TimeSpan.FromMicroseconds(100);

    private readonly Connection?[] _connections = new Connection?[ConnectionsMax];
    private int _count;
    private int _messages;
    private Instant _oldAt = Instant.Never;

    /// <summary>Puts a message on a connection.</summary>
    public SendOutcome TrySend(Connection connection, in SendItem item)
    {
        SendOutcome outcome = connection.TryPut(item);
        if (outcome != SendOutcome.Queued) return outcome;
        Note(connection);
        if (++_messages >= MessagesMax || item.Content?.Length > ContentBytesMax) Leave(here: false);
        return outcome;
    }

    /// <summary>Sends off what has waited for too long while the turn handled other events. Called before each.</summary>
    public void LeaveIfOld()
    {
        if (_count == 0) return;
        Instant now = MonotonicClock.Now;
        if (_oldAt == Instant.Never) _oldAt = now + WaitMax;
        else if (now >= _oldAt) Leave(here: false);
    }

    /// <summary>Sends everything off.</summary>
    /// <param name="here">On this thread, as far as nobody has to be waited for.</param>
    public void Leave(bool here)
    {
        for (int i = 0; i < _count; i++)
        {
            _connections[i]!.WakeUp(here);
            _connections[i] = null;
        }

        (_count, _messages, _oldAt) = (0, 0, Instant.Never);
    }

    private void Note(Connection connection)
    {
        // Mostly the last one again.
        if (Array.IndexOf(_connections, connection, 0, _count) >= 0) return;
        if (_count == ConnectionsMax) Leave(here: false);
        _connections[_count++] = connection;
    }
}
