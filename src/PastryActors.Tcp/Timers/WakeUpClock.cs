using PastryActors.Core.Driving;
using PastryActors.Engine;

namespace PastryActors.Tcp.Timers;

/// <summary>Something that can be woken. Called on a thread of the pool; must return at once.</summary>
internal interface IWakeable
{
    void WakeUp();
}

/// <summary>
/// One operating system timer for everything in a process that waits for a time. It sleeps until the earliest wake-up, so that an
/// idle engine costs nothing, and never wakes anyone early. Timers themselves live with their owners: a node keeps its own heap
/// without a lock, and asks here only when its earliest deadline moves forward.
/// </summary>
internal sealed class WakeUpClock : IDisposable
{
    private readonly PriorityQueue<IWakeable, long> _waiting = new();
    private readonly Lock _gate = new();
    private readonly Timer _timer;
    private readonly List<IWakeable> _due = [];
    private long _armedForTicks = long.MaxValue;
    private bool _disposed;

    public WakeUpClock()
    {
        // Without this, the timer would keep the execution context of whoever started the engine alive.
        using (ExecutionContext.SuppressFlow()) _timer = new Timer(static clock => ((WakeUpClock)clock!).Fire(), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Wakes <paramref name="sleeper"/> as soon as <paramref name="when"/> has come, once for every call.</summary>
    public void WakeAt(IWakeable sleeper, Instant when)
    {
        lock (_gate)
        {
            if (_disposed) return;
            _waiting.Enqueue(sleeper, when.Ticks);
            if (when.Ticks < _armedForTicks) Arm();
        }
    }

    /// <summary>Wakes nobody any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _waiting.Clear();
            _timer.Dispose();
        }
    }

    private void Fire()
    {
        IWakeable[] due;
        lock (_gate)
        {
            if (_disposed) return;
            long now = MonotonicClock.Now.Ticks;
            while (_waiting.TryPeek(out IWakeable? sleeper, out long when) && when <= now)
            {
                _waiting.Dequeue();
                _due.Add(sleeper);
            }

            due = [.. _due];
            _due.Clear();
            Arm();
        }

        foreach (IWakeable sleeper in due) sleeper.WakeUp();
    }

    private void Arm()
    {
        if (!_waiting.TryPeek(out _, out long next))
        {
            _armedForTicks = long.MaxValue;
            return;
        }

        // Rounded up, and checked again when it fires: the system's timer runs on a coarser clock than ours.
        long leftMs = (next - MonotonicClock.Now.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
        _armedForTicks = next;
        _timer.Change(Math.Clamp(leftMs, 1, int.MaxValue), Timeout.Infinite);
    }
}
