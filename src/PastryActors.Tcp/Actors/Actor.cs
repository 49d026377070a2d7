using System.Collections.Concurrent;

namespace PastryActors.Tcp.Actors;

/// <summary>
/// An actor: a bounded mailbox and the code that takes its messages one at a time. It runs on the thread pool only while there is
/// something to do, a batch a turn, so that many actors share few threads and an idle one costs nothing.
/// </summary>
/// <remarks>
/// Two queues stand behind one door. <em>Offered</em> messages (<see cref="TryPost(in T)"/>) come from others, and are refused when their
/// share of the mailbox is full. <em>Owed</em> messages (<see cref="PostOwed"/>) are answers that this actor itself asked for: they
/// are never refused, and the actor's own open questions bound their number. A turn takes one of each in alternation, so neither
/// starves the other.
/// </remarks>
/// <typeparam name="T">A message; a struct costs no allocation.</typeparam>
public abstract class Actor<T> : IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Scheduled = 1;

    private readonly MpscRing<T> _offered;
    private readonly ConcurrentQueue<T> _owed = new();
    private readonly int _turnMessages;
    private TaskCompletionSource? _room;
    private int _state;
    private int _woken;
    private int _suspended;
    private volatile bool _closed;

    /// <param name="capacity">The mailbox's bound, in messages.</param>
    /// <param name="turnMessages">How many messages of each queue a turn takes before other actors get the thread.</param>
    protected Actor(int capacity, int turnMessages = 256)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(turnMessages);
        _offered = new MpscRing<T>(capacity);
        Capacity = capacity;
        _turnMessages = turnMessages;
    }

    /// <summary>The mailbox's bound, in messages.</summary>
    public int Capacity { get; }

    /// <summary>How many messages wait.</summary>
    public int Depth => _offered.Count + _owed.Count;

    /// <summary>Whether the actor takes no more messages.</summary>
    public bool IsClosed => _closed;

    /// <summary>Set by the code of a turn to get another one though no message waits.</summary>
    protected bool WantsAnotherTurn { get; set; }

    /// <summary>Offers a message; false if the mailbox is full or closed. For any thread; never blocks.</summary>
    public bool TryPost(in T message) => TryPost(message, Capacity);

    /// <summary>Offers a message of a kind that may fill the mailbox only up to <paramref name="share"/> messages.</summary>
    public bool TryPost(in T message, int share)
    {
        if (!TryPut(message, share)) return false;
        Schedule();
        return true;
    }

    /// <summary>
    /// Offers a message that gives the actor no turn: who puts a few in a row owes it one <see cref="Schedule"/> or
    /// <see cref="RunHere"/> for all of them, before it waits for anything.
    /// </summary>
    public bool TryPut(in T message, int share) => !_closed && _offered.TryEnqueue(message, Math.Min(share, Capacity));

    /// <summary>Gives the actor a turn if a message waits, on a thread of the pool. For any thread.</summary>
    public void Schedule()
    {
        if (TryLeaveIdle()) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>
    /// As <see cref="Schedule"/>, but on the caller's thread if the actor is idle: to wake another one takes longer than a short turn.
    /// For threads of the pool that hold no lock.
    /// </summary>
    public void RunHere()
    {
        if (TryLeaveIdle()) ((IThreadPoolWorkItem)this).Execute();
    }

    /// <summary>Hands over an answer that the actor asked for: never refused. For any thread.</summary>
    public void PostOwed(in T message)
    {
        _owed.Enqueue(message);
        Schedule();
    }

    /// <summary>
    /// Offers a message and waits for room, which is how a connection passes the pressure of a full mailbox back to its peer.
    /// False if there was no room within <paramref name="patience"/>, or the actor is closed.
    /// </summary>
    public async ValueTask<bool> PostAsync(T message, int share, TimeSpan patience)
    {
        long deadline = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (!_closed)
        {
            Task room = (Volatile.Read(ref _room) ?? MakeRoomSignal()).Task;
            if (TryPost(message, share)) return true;
            long left = deadline - Environment.TickCount64;
            if (left <= 0) return false;
            await room.WaitAsync(TimeSpan.FromMilliseconds(left)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return false;
    }

    /// <summary>Gives the actor a turn, begun after this call, although no message came. For any thread.</summary>
    public void Wake()
    {
        // A turn that is about to end has looked already at whatever this call is about: the mark makes it ask for one more.
        Volatile.Write(ref _woken, 1);
        Schedule();
    }

    /// <summary>Runs one turn; called by the thread pool, or by who gives the turn itself.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            WantsAnotherTurn = false;
            // Unmarked, with a fence, before the turn looks at anything: a call from here on is for the next turn.
            if (Volatile.Read(ref _woken) != 0) Interlocked.Exchange(ref _woken, 0);
            if (_closed) DrainUndelivered();
            else Turn();
        }
        catch (Exception failure)
        {
            // The state stays Scheduled: messages gather, but nothing runs, until whoever supervises says Resume.
            _offered.PublishHead();
            Volatile.Write(ref _suspended, 1);
            Failed(failure);
            return;
        }

        EndTurn();
    }

    /// <summary>Handles one message. An exception suspends the actor and reaches <see cref="Failed"/>.</summary>
    protected abstract void Receive(in T message);

    /// <summary>Called when anything in a turn threw: the actor is suspended until <see cref="Resume"/> or <see cref="Close"/>.</summary>
    protected abstract void Failed(Exception failure);

    /// <summary>Takes a message that came after the actor was closed.</summary>
    protected abstract void Undelivered(in T message);

    /// <summary>Called before the messages of a turn.</summary>
    protected virtual void TurnBegins()
    {
    }

    /// <summary>Called after the messages of a turn.</summary>
    protected virtual void TurnEnds()
    {
    }

    /// <summary>Ends the suspension after a failure; does nothing if there is none.</summary>
    protected void Resume()
    {
        if (Interlocked.Exchange(ref _suspended, 0) == 1) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Takes no more messages; what waits goes to <see cref="Undelivered"/>. From within a turn or a failure, or when idle.</summary>
    protected void Close()
    {
        _closed = true;
        Interlocked.MemoryBarrier();
        SignalRoom();
        Schedule();
    }

    private void Turn()
    {
        TurnBegins();
        for (int i = 0; i < _turnMessages && !_closed; i++)
        {
            bool any = false;
            if (_owed.TryDequeue(out T? owed))
            {
                any = true;
                Receive(owed);
            }

            if (_offered.TryDequeue(out T offered))
            {
                any = true;
                Receive(offered);
            }

            if (!any) break;
        }

        TurnEnds();
    }

    private void EndTurn()
    {
        _offered.PublishHead();
        Interlocked.MemoryBarrier();
        SignalRoom();
        if (!HasMore)
        {
            Volatile.Write(ref _state, Idle);
            Interlocked.MemoryBarrier();
            if (!HasMore || Interlocked.CompareExchange(ref _state, Scheduled, Idle) != Idle) return;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private bool HasMore => WantsAnotherTurn || Volatile.Read(ref _woken) != 0 || !_offered.IsEmpty || !_owed.IsEmpty;

    private bool TryLeaveIdle()
    {
        // The message must be visible before the state is read, or a consumer that is about to go idle is missed.
        Interlocked.MemoryBarrier();
        return Volatile.Read(ref _state) == Idle && Interlocked.CompareExchange(ref _state, Scheduled, Idle) == Idle;
    }

    private void DrainUndelivered()
    {
        while (_owed.TryDequeue(out T? owed)) Undelivered(owed);
        while (_offered.TryDequeue(out T offered)) Undelivered(offered);
    }

    private TaskCompletionSource MakeRoomSignal()
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return Interlocked.CompareExchange(ref _room, mine, null) ?? mine;
    }

    private void SignalRoom()
    {
        if (Volatile.Read(ref _room) is not null) Interlocked.Exchange(ref _room, null)?.TrySetResult();
    }
}
