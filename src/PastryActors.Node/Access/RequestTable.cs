using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using PastryActors.Core.Driving;
using PastryActors.Scribe.Requests;
using PastryActors.Streams.Requests;

namespace PastryActors.Node.Access;

/// <summary>
/// The half of <see cref="INodeAccess"/> that knows no engine: gives requests their ids, remembers who asked, and hands each reply to
/// them. Requests go out by the function given; replies come in by <see cref="OnReply"/>, on any thread, without ever blocking it.
/// </summary>
public sealed class RequestTable(Func<Request, bool> post, RequestTableOptions options, TimeProvider time)
{
    /// <summary>A mailbox that has had no room for so many attempts belongs to a node that has stopped: a minute.</summary>
    private const int CloseAttemptsMax = 600;

    private static readonly TimeSpan ClosePause = TimeSpan.FromMilliseconds(100);

    private readonly OpenAsks _asks = new(options.RequestsMax, options.Grace, time);
    private readonly ConcurrentDictionary<long, Channel<Reply>> _streams = new();
    private long _lastId;
    private long _slowReaders;
    private long _unclaimed;

    /// <summary>Requests that wait for their answer.</summary>
    public int OpenRequests => _asks.Count;

    /// <summary>Subscriptions that stand.</summary>
    public int OpenStreams => _streams.Count;

    /// <summary>Requests that the node left without an answer past their deadline and grace. Anything but zero is a fault of the node.</summary>
    public long TimedOut => _asks.TimedOut;

    /// <summary>Subscriptions cut off because their reader was slower than the topic.</summary>
    public long SlowReaders => Volatile.Read(ref _slowReaders);

    /// <summary>Answers that came after whoever asked had gone.</summary>
    public long Unclaimed => Volatile.Read(ref _unclaimed);

    /// <inheritdoc cref="INodeAccess.AskAsync"/>
    public Task<Reply> AskAsync(Func<long, Request> make, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return Task.FromCanceled<Reply>(cancellation);
        Request request = make(Interlocked.Increment(ref _lastId));
        if (_asks.TryAdd(request, cancellation) is not { } answer) return Task.FromResult<Reply>(Busy(request, $"{options.RequestsMax} requests are open at this node already"));
        if (!post(request)) _asks.TryAnswer(Busy(request, "the mailbox of this node is full"));
        return answer;
    }

    /// <inheritdoc cref="INodeAccess.StreamAsync"/>
    public async IAsyncEnumerable<Reply> StreamAsync(
        Func<long, Request> open, Func<long, long, Request> close, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Request opening = open(Interlocked.Increment(ref _lastId));
        Channel<Reply> queue = Admit(opening);
        (int window, Func<long, int, Request>? credit) = PaceOf(opening);
        int read = 0;
        try
        {
            await foreach (Reply reply in queue.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                if (reply is Failed failed) throw RequestFailedException.Of(failed);
                yield return reply;
                if (credit is null || ++read < window / 2) continue;
                // Half a window is read: the node may send as much again. A full mailbox is tried again with the next answer.
                if (post(credit(Interlocked.Increment(ref _lastId), read))) read = 0;
            }
        }
        finally
        {
            _streams.TryRemove(opening.Id, out _);
            _ = CloseAsync(close(Interlocked.Increment(ref _lastId), opening.Id));
        }
    }

    /// <summary>Takes one reply from the node.</summary>
    public void OnReply(Reply reply)
    {
        if (_asks.TryAnswer(reply)) return;
        if (_streams.TryGetValue(reply.RequestId, out Channel<Reply>? queue)) Queue(reply, queue);
        else Interlocked.Increment(ref _unclaimed);
    }

    /// <summary>Answers everything open with a failure: the node was restarted or is going, and has forgotten what was asked.</summary>
    public void FailAll(FailureCode code, string detail)
    {
        _asks.AnswerAll(id => new Failed(id, code, detail));
        foreach ((long id, Channel<Reply> queue) in _streams) End(id, queue, new RequestFailedException(code, detail));
    }

    /// <summary>How many answers of a stream may wait, and how the node is told that some were read; null for one that is not paced.</summary>
    private static (int Window, Func<long, int, Request>? Credit) PaceOf(Request opening) => opening switch
    {
        Subscribe { Window: > 1 } s => (s.Window, (id, count) => new SubscriberCredit(id, s.Timeout, s.Id, count)),
        WatchChannel { Window: > 1 } w => (w.Window, (id, count) => new WatchCredit(id, w.Timeout, w.Id, count)),
        _ => (0, null),
    };

    /// <summary>Until the mailbox has room: what was not closed would be sent to nobody for ever. Whoever stopped reading does not wait for it.</summary>
    private async Task CloseAsync(Request closing)
    {
        for (int i = 0; i < CloseAttemptsMax && !post(closing); i++) await Task.Delay(ClosePause, time).ConfigureAwait(false);
    }

    private static Failed Busy(Request request, string detail) => new(request.Id, FailureCode.Busy, $"{detail}; try again later");

    private Channel<Reply> Admit(Request opening)
    {
        if (_streams.Count >= options.SubscriptionsMax)
            throw new RequestFailedException(FailureCode.Busy, $"{options.SubscriptionsMax} subscriptions are open at this node already");

        var queue = Channel.CreateBounded<Reply>(new BoundedChannelOptions(options.SubscriptionQueue) { SingleReader = true });
        _streams[opening.Id] = queue;
        if (post(opening)) return queue;
        _streams.TryRemove(opening.Id, out _);
        throw new RequestFailedException(FailureCode.Busy, "the mailbox of this node is full; try again later");
    }

    private void Queue(Reply reply, Channel<Reply> queue)
    {
        if (queue.Writer.TryWrite(reply)) return;
        Interlocked.Increment(ref _slowReaders);
        End(reply.RequestId, queue, new RequestFailedException(FailureCode.Busy, $"the reader is slower than the topic: {options.SubscriptionQueue} answers waited for it; read faster, or resume from the last sequence seen"));
    }

    private void End(long id, Channel<Reply> queue, RequestFailedException reason)
    {
        _streams.TryRemove(id, out _);
        queue.Writer.TryComplete(reason);
    }
}
