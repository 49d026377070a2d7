using PastryActors.Core.Driving;

namespace PastryActors.Node.Workers;

/// <summary>
/// Does the core's signature work outside its mailbox: signing through a <see cref="BatchSigner"/> a key, checking through the
/// <see cref="SignatureVerifier"/> on a bounded number of pool threads. Every piece of work gets exactly one result.
/// </summary>
public sealed class SignatureWorkers(BatchSigner node, BatchSigner owner, SignatureVerifier verifier, SignatureOptions options, TimeProvider? time = null) : IWorkers, IThreadPoolWorkItem
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private readonly Queue<(Verify Work, IWorkCompletion Completion)> _claims = new();
    private int _running;
    private long _refused;

    /// <summary>Verifications refused because the queue was full.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <inheritdoc/>
    public void Submit(Work work, IWorkCompletion completion)
    {
        switch (work)
        {
            case Sign sign: Sign(sign, completion); break;
            case Verify verify: Queue(verify, completion); break;
            default: throw new ArgumentException($"{work.GetType().Name} is not signature work", nameof(work));
        }
    }

    /// <summary>Checks claims until none waits.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        while (Take() is var (work, completion)) completion.Completed(new Verified(work.Id, verifier.AreGood(work.Claims), IsOver(work)));
    }

    private bool IsOver(Verify work) => work.NotAfterUnixMilliseconds != long.MaxValue && _time.GetUtcNow().ToUnixTimeMilliseconds() > work.NotAfterUnixMilliseconds;

    private void Sign(Sign work, IWorkCompletion completion)
    {
        BatchSigner signer = work.Key == SigningKey.Owner ? owner : node;
        signer.Sign(work.Digest, static (state, id, signature) => ((IWorkCompletion)state).Completed(new Signed(id, signature)), completion, work.Id);
    }

    private void Queue(Verify work, IWorkCompletion completion)
    {
        bool start;
        lock (_gate)
        {
            if (_claims.Count >= options.QueueMax)
            {
                Interlocked.Increment(ref _refused);
                completion.Completed(new Verified(work.Id, Good: false));
                return;
            }

            _claims.Enqueue((work, completion));
            start = _running < options.VerifiersMax;
            if (start) _running++;
        }

        if (start) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private (Verify Work, IWorkCompletion Completion)? Take()
    {
        lock (_gate)
        {
            if (_claims.TryDequeue(out (Verify, IWorkCompletion) next)) return next;
            _running--;
            return null;
        }
    }
}
