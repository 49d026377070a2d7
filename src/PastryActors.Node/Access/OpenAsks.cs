using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using PastryActors.Core.Driving;

namespace PastryActors.Node.Access;

/// <summary>
/// The requests that wait for their one answer. The node answers each within its timeout; one that it forgot is answered for, a little after
/// that, by a sweep over all of them: a timer for each would cost more than the request. Safe for any thread.
/// </summary>
/// <param name="max">How many may wait at once.</param>
/// <param name="grace">How long past its own timeout a request still waits.</param>
internal sealed class OpenAsks(int max, TimeSpan grace, TimeProvider time)
{
    /// <summary>How late a request may be given up: an eighth of the usual grace.</summary>
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<long, Ask> _asks = new();
    private ITimer? _sweep;
    private int _count;
    private int _isWatching;
    private long _timedOut;

    /// <summary>How many wait.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Requests that were answered for.</summary>
    public long TimedOut => Volatile.Read(ref _timedOut);

    /// <summary>Lets a request wait; null if as many do as may.</summary>
    public Task<Reply>? TryAdd(Request request, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _count) > max)
        {
            Interlocked.Decrement(ref _count);
            return null;
        }

        var ask = new Ask(request, time.GetTimestamp());
        _asks[request.Id] = ask;
        Watch();
        return cancellation.CanBeCanceled ? CancellableAsync(ask, cancellation) : ask.Task;
    }

    /// <summary>Takes an answer; false if nobody waits for it.</summary>
    public bool TryAnswer(Reply reply)
    {
        if (Take(reply.RequestId) is not { } ask) return false;
        ask.TrySetResult(reply);
        return true;
    }

    /// <summary>Answers all that wait.</summary>
    public void AnswerAll(Func<long, Reply> answer)
    {
        foreach (long id in _asks.Keys) TryAnswer(answer(id));
    }

    private async Task<Reply> CancellableAsync(Ask ask, CancellationToken cancellation)
    {
        CancellationTokenRegistration registration = cancellation.UnsafeRegister(_ => Take(ask.Request.Id)?.TrySetCanceled(cancellation), null);
        await using ConfiguredAsyncDisposable end = registration.ConfigureAwait(false);
        return await ask.Task.ConfigureAwait(false);
    }

    private Ask? Take(long id)
    {
        if (!_asks.TryRemove(id, out Ask? ask)) return null;
        Interlocked.Decrement(ref _count);
        return ask;
    }

    private void Watch()
    {
        if (Volatile.Read(ref _isWatching) == 1 || Interlocked.Exchange(ref _isWatching, 1) == 1) return;
        _sweep ??= time.CreateTimer(static asks => ((OpenAsks)asks!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _sweep.Change(SweepPeriod, Timeout.InfiniteTimeSpan);
    }

    private void Sweep()
    {
        foreach (Ask ask in _asks.Values)
        {
            if (time.GetElapsedTime(ask.Since) < ask.Request.Timeout + grace || Take(ask.Request.Id) is null) continue;
            Interlocked.Increment(ref _timedOut);
            ask.TrySetResult(new Failed(ask.Request.Id, FailureCode.TimedOut, $"no answer within {ask.Request.Timeout.TotalSeconds:0.#} s"));
        }

        Volatile.Write(ref _isWatching, 0);
        // Whoever came before that line may have seen that somebody watches.
        Interlocked.MemoryBarrier();
        if (Count > 0) Watch();
    }

    private sealed class Ask(Request request, long since) : TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public Request Request => request;

        public long Since => since;
    }
}
