using System.Threading.Tasks.Sources;
using PastryActors.Core.Content;
using PastryActors.Core.Wire;
using PastryActors.Engine;
using PastryActors.Tcp.Actors;

namespace PastryActors.Tcp.Connections;

/// <summary>One message on its way out. Messages are immutable, so they are encoded by the connection's loop, not by the node.</summary>
/// <param name="Source">Who sends; announced by the loop if the peer does not know it yet.</param>
/// <param name="Target">The receiving node's index at the peer.</param>
/// <param name="Message">What is sent; null tells the peer that the source has stopped.</param>
/// <param name="Content">The bytes behind it.</param>
/// <param name="Trace">What caused it, where somebody traces.</param>
internal readonly record struct SendItem(TcpNode Source, ushort Target, Message? Message, MemoryContent? Content, TraceParent? Trace = null);

/// <summary>How an attempt to queue a message ended.</summary>
internal enum SendOutcome : byte
{
    Queued,
    Full,
    Closed,
}

/// <summary>
/// The bounded queue of one connection: many nodes put messages in, the connection's loop takes them out, and sleeps without a task
/// or an allocation when there are none.
/// </summary>
internal sealed class SendQueue(int messagesMax, long contentBytesMax) : IValueTaskSource
{
    private const int Running = 0;
    private const int Asleep = 1;

    private readonly MpscRing<SendItem> _ring = new(messagesMax);
    private ManualResetValueTaskSourceCore<bool> _wakeUp = new() { RunContinuationsAsynchronously = true };
    private long _contentBytes;
    private int _state;
    private volatile bool _closed;
    private volatile Action<SendItem>? _lost;

    /// <summary>How many messages wait.</summary>
    public int Count => _ring.Count;

    /// <summary>Whether no more messages are taken.</summary>
    public bool IsClosed => _closed;

    /// <summary>Puts a message in and wakes the loop. For any thread; never blocks.</summary>
    public SendOutcome TryEnqueue(in SendItem item)
    {
        SendOutcome outcome = TryPut(item);
        if (outcome == SendOutcome.Queued) WakeLoop(here: false);
        return outcome;
    }

    /// <summary>Puts a message in; the caller owes the loop a <see cref="WakeLoop"/>, soon. For any thread; never blocks.</summary>
    public SendOutcome TryPut(in SendItem item)
    {
        if (_closed) return SendOutcome.Closed;
        int contentBytes = item.Content?.Length ?? 0;
        if (contentBytes > 0 && Interlocked.Add(ref _contentBytes, contentBytes) > contentBytesMax)
        {
            Interlocked.Add(ref _contentBytes, -contentBytes);
            return SendOutcome.Full;
        }

        if (!_ring.TryEnqueue(item, messagesMax))
        {
            if (contentBytes > 0) Interlocked.Add(ref _contentBytes, -contentBytes);
            return SendOutcome.Full;
        }

        // Whoever was between the check and the place while the connection ended finds that nobody reads any more.
        Interlocked.MemoryBarrier();
        if (_lost is not null) DrainLost();
        return SendOutcome.Queued;
    }

    /// <summary>Takes the oldest message. For the loop alone; it calls <see cref="Written"/> when the content has gone.</summary>
    public bool TryDequeue(out SendItem item) => _ring.TryDequeue(out item);

    /// <summary>Frees the room that content took.</summary>
    public void Written(MemoryContent content) => Interlocked.Add(ref _contentBytes, -content.Length);

    /// <summary>Takes no more messages; the loop still gets those that wait.</summary>
    public void Close()
    {
        _closed = true;
        WakeLoop(here: false);
    }

    /// <summary>The loop is over: what still waits, or comes, is given to <paramref name="lost"/>.</summary>
    public void Finish(Action<SendItem> lost)
    {
        _closed = true;
        _lost = lost;
        Interlocked.MemoryBarrier();
        DrainLost();
    }

    /// <summary>Waits until there is a message, or the queue is closed. For the loop alone.</summary>
    public ValueTask WaitAsync()
    {
        if (!_ring.IsEmpty || _closed) return default;
        _wakeUp.Reset();
        Volatile.Write(ref _state, Asleep);
        Interlocked.MemoryBarrier();
        bool awake = (!_ring.IsEmpty || _closed) && Interlocked.CompareExchange(ref _state, Running, Asleep) == Asleep;
        return awake ? default : new ValueTask(this, _wakeUp.Version);
    }

    void IValueTaskSource.GetResult(short token) => _wakeUp.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wakeUp.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wakeUp.OnCompleted(continuation, state, token, flags);

    /// <summary>Has the loop look at what was put in.</summary>
    /// <param name="here">
    /// Whether a loop that sleeps may run on the caller's thread, until it first waits for the network: for threads of the pool that hold
    /// no lock.
    /// </param>
    public void WakeLoop(bool here)
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _state) != Asleep || Interlocked.CompareExchange(ref _state, Running, Asleep) != Asleep) return;
        _wakeUp.RunContinuationsAsynchronously = !here;
        _wakeUp.SetResult(true);
    }

    private void DrainLost()
    {
        lock (_ring)
        {
            while (_ring.TryDequeue(out SendItem item)) _lost!(item);
        }
    }
}
