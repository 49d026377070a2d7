using PastryActors.Core.Driving;

namespace PastryActors.Node.Workers;

/// <summary>
/// Does the core's signature work outside its mailbox: signing through a <see cref="BatchSigner"/> a key, checking through the
/// <see cref="SignatureVerifier"/>, and the hashing of contents that goes with either, on a bounded number of pool threads. Every piece of
/// work gets exactly one result.
/// </summary>
public sealed class SignatureWorkers(BatchSigner node, BatchSigner owner, SignatureVerifier verifier, SignatureOptions options, TimeProvider? time = null) : IWorkers, IThreadPoolWorkItem
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private readonly Queue<(Work Work, IWorkCompletion Completion)> _queue = new();
    private int _running;
    private long _refused;

    /// <summary>Work refused because the queue was full.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <inheritdoc/>
    public void Submit(Work work, IWorkCompletion completion)
    {
        switch (work)
        {
            case Sign sign: Sign(sign, completion); break;
            case Verify or SignContents or VerifyContents: Queue(work, completion); break;
            default: throw new ArgumentException($"{work.GetType().Name} is not signature work", nameof(work));
        }
    }

    /// <summary>Does what is queued until nothing waits.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        while (Take() is var (work, completion))
        {
            switch (work)
            {
                case Verify verify: completion.Completed(new Verified(verify.Id, verifier.AreGood(verify.Claims), IsOver(verify))); break;
                case VerifyContents verify: completion.Completed(verify.Judge(claim => verifier.AreGood([claim]))); break;
                case SignContents sign: Sign(sign, completion); break;
            }
        }
    }

    private bool IsOver(Verify work) => work.NotAfterUnixMilliseconds != long.MaxValue && _time.GetUtcNow().ToUnixTimeMilliseconds() > work.NotAfterUnixMilliseconds;

    private void Sign(Sign work, IWorkCompletion completion)
    {
        SignerOf(work.Key).Sign(work.Digest, static (state, id, signature) => ((IWorkCompletion)state).Completed(new Signed(id, signature)), completion, work.Id);
    }

    private void Sign(SignContents work, IWorkCompletion completion)
    {
        var statement = ContentStatement.Of(work.Head, work.Contents);
        SignerOf(work.Key).Sign(
            statement.Digest(),
            static (state, id, signature) =>
            {
                (IWorkCompletion completion, ContentStatement signed) = ((IWorkCompletion, ContentStatement))state;
                completion.Completed(new ContentsSigned(id, signed.Hashes, signature));
            },
            (completion, statement),
            work.Id);
    }

    private BatchSigner SignerOf(SigningKey key) => key == SigningKey.Owner ? owner : node;

    private static WorkResult RefusalOf(Work work) => work switch
    {
        VerifyContents => new ContentsVerified(work.Id, default),
        SignContents => new ContentsSigned(work.Id, default, new BatchSignature(default, 0, default)),
        _ => new Verified(work.Id, Good: false),
    };

    private void Queue(Work work, IWorkCompletion completion)
    {
        bool start;
        lock (_gate)
        {
            if (_queue.Count >= options.QueueMax)
            {
                Interlocked.Increment(ref _refused);
                completion.Completed(RefusalOf(work));
                return;
            }

            _queue.Enqueue((work, completion));
            start = _running < options.VerifiersMax;
            if (start) _running++;
        }

        if (start) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private (Work Work, IWorkCompletion Completion)? Take()
    {
        lock (_gate)
        {
            if (_queue.TryDequeue(out (Work, IWorkCompletion) next)) return next;
            _running--;
            return null;
        }
    }
}
