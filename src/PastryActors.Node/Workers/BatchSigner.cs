using System.Security.Cryptography;
using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;

namespace PastryActors.Node.Workers;

/// <summary>
/// Signs digests with one key. While a signature is being made, others queue; the next one covers all that queued, through the root
/// of a hash tree: the busier, the larger the batch, and one alone waits for nothing. Safe for any thread.
/// </summary>
public sealed class BatchSigner : IThreadPoolWorkItem
{
    private static readonly BatchSignature Refused = new(default, 0, default);

    private readonly ECDsa _key;
    private readonly SignatureOptions _options;
    private readonly Lock _gate = new();
    private readonly Queue<Waiting> _queue = new();
    private bool _running;
    private long _signatures;
    private long _digests;
    private long _refused;

    /// <summary>A signer with the given P-256 key, which nobody else uses while this object lives.</summary>
    public BatchSigner(ECDsa key, SignatureOptions options)
    {
        (_key, _options) = (key, options);
        PublicKey = key.ExportSubjectPublicKeyInfo();
    }

    /// <summary>Told of a signature; on a thread of the pool.</summary>
    public delegate void SignedHandler(object state, long id, BatchSignature signature);

    /// <summary>The key's SubjectPublicKeyInfo, DER.</summary>
    public Blob PublicKey { get; }

    /// <summary>ECDSA operations done.</summary>
    public long Signatures => Volatile.Read(ref _signatures);

    /// <summary>Digests that they cover.</summary>
    public long Digests => Volatile.Read(ref _digests);

    /// <summary>Digests answered with an empty signature because the queue was full.</summary>
    public long RefusedDigests => Volatile.Read(ref _refused);

    /// <summary>Takes one digest; <paramref name="handler"/> is called exactly once.</summary>
    public void Sign(Hash256 digest, SignedHandler handler, object state, long id) => Sign(new Waiting(digest, handler, state, id));

    private void Sign(in Waiting waiting)
    {
        bool start;
        lock (_gate)
        {
            if (_queue.Count >= _options.QueueMax)
            {
                Interlocked.Increment(ref _refused);
                waiting.Answer(Refused);
                return;
            }

            _queue.Enqueue(waiting);
            start = !_running;
            _running = true;
        }

        if (start) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Signs one digest; throws <see cref="InvalidOperationException"/> when the queue is full.</summary>
    public Task<BatchSignature> SignAsync(Hash256 digest) => SignAsync(digest, alone: false);

    /// <summary>The same, in a batch of one: of a digest that is itself the root of a batch, so that the signature has to be its own.</summary>
    public Task<BatchSignature> SignAloneAsync(Hash256 digest) => SignAsync(digest, alone: true);

    private async Task<BatchSignature> SignAsync(Hash256 digest, bool alone)
    {
        var done = new TaskCompletionSource<BatchSignature>(TaskCreationOptions.RunContinuationsAsynchronously);
        Sign(new Waiting(digest, static (state, _, signature) => ((TaskCompletionSource<BatchSignature>)state).SetResult(signature), done, 0, alone));
        BatchSignature signed = await done.Task.ConfigureAwait(false);
        return signed.Value.IsEmpty ? throw new InvalidOperationException("the queue of the signer is full") : signed;
    }

    /// <summary>Makes signatures until nothing waits.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        while (Take() is { Length: > 0 } batch) SignBatch(batch);
    }

    private Waiting[] Take()
    {
        lock (_gate)
        {
            List<Waiting> batch = [];
            while (batch.Count < _options.BatchMax && _queue.TryPeek(out Waiting next) && !(next.Alone && batch.Count > 0))
            {
                batch.Add(_queue.Dequeue());
                if (next.Alone) break;
            }

            _running = batch.Count > 0;
            return [.. batch];
        }
    }

    private void SignBatch(Waiting[] batch)
    {
        Interlocked.Increment(ref _signatures);
        Interlocked.Add(ref _digests, batch.Length);
        var tree = new MerkleBatch(Array.ConvertAll(batch, w => w.Digest));
        Blob value = SignHash(tree.Root);
        for (int i = 0; i < batch.Length; i++) batch[i].Answer(tree.SignatureOf(i, value));
    }

    private Blob SignHash(Hash256 hash)
    {
        Span<byte> bytes = stackalloc byte[Hash256.SizeBytes];
        hash.WriteTo(bytes);
        return _key.SignHash(bytes.ToArray(), DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private readonly record struct Waiting(Hash256 Digest, SignedHandler Handler, object State, long Id, bool Alone = false)
    {
        public void Answer(BatchSignature signature) => Handler(State, Id, signature);
    }
}
