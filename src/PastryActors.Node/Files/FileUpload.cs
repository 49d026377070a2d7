using PastryActors.Core.Coding;
using PastryActors.Core.Collections;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;
using PastryActors.Past.Trees;

namespace PastryActors.Node.Files;

/// <summary>
/// One large file on its way: its chunks, the parity of each stripe behind the stripe if it is coded, the inner nodes of its tree, and last its top. At most a window of objects is in flight, and the first failure
/// stops all. Of a coded file it keeps beside the window only the rows of parity that are being added up.
/// </summary>
internal sealed class FileUpload(FileInserter inserter, ObjectCertificate draft, StripeCode code, InsertProgress progress, PutNote note, bool resuming) : IDisposable
{
    private readonly HashTreeBuilder _tree = new(inserter.Options.ChunkSizeBytes, code: code);
    private readonly ParityBuilder? _parity = code.IsNone ? null : new ParityBuilder(code);
    private readonly StripeSpread _spread = new(inserter.Node, inserter.Options, code);
    private readonly List<FinishedNode> _finished = [];
    private readonly HashSet<FileId> _sent = [];
    private readonly List<Task> _flying = [];
    private readonly SemaphoreSlim _window = new(inserter.Options.Window);
    private volatile bool _isOneNode = true;
    private volatile bool _hasDiverted;
    private int _chunks;

    /// <summary>What the file consists of, as far as it is durable.</summary>
    public IReadOnlySet<FileId> Parts => _sent;

    /// <summary>Sends everything behind the first chunk, which <paramref name="started"/> says is there already, and answers when all of it is durable.</summary>
    public async Task<ObjectOutcome> RunAsync(ObjectOutcome started, MemoryContent first, ChunkStream chunks, CancellationToken cancellation)
    {
        using var failure = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            _sent.Add(CertificateRules.ObjectOf(started.Certificate));
            _spread.Holds(0, null, started.Reply.Receipts[0]);
            long size = await SendChunksAsync(first, chunks, failure).ConfigureAwait(false);
            await Task.WhenAll(_flying).ConfigureAwait(false);
            byte[] top = _tree.Finish(_finished);
            await SendNodesAsync(failure).ConfigureAwait(false);
            await Task.WhenAll(_flying).ConfigureAwait(false);
            if (!code.IsNone) await SealAsync(top, size).ConfigureAwait(false);
            ObjectCertificate certificate = draft with { Kind = code.IsNone ? ObjectKind.FileTree : ObjectKind.CodedTree, FileSize = size };
            ObjectOutcome done = await inserter.InsertAsync(certificate, new MemoryContent(top), resuming, note, cancellation).ConfigureAwait(false);
            _sent.Add(draft.File);
            return done;
        }
        catch (Exception e)
        {
            await StopAsync(failure).ConfigureAwait(false);
            Exception reason = FirstFailure(cancellation) ?? e;
            if (reason is RequestFailedException { Code: FailureCode.Full or FailureCode.OverQuota or FailureCode.BadReceipt } && !resuming && !inserter.Journal.WasAcknowledged(draft.File)) await TakeBackAsync().ConfigureAwait(false);
            throw reason;
        }
    }

    public void Dispose() => _window.Dispose();

    private async Task<long> SendChunksAsync(MemoryContent first, ChunkStream chunks, CancellationTokenSource failure)
    {
        _tree.Add(first.Hash, first.Length, _finished);
        _parity?.Add(first.Bytes.Span);
        _chunks = 1;
        long size = first.Length;
        while (!chunks.Ended)
        {
            // The room is taken before the chunk is read: what waits to be sent is never more than the window.
            await _window.WaitAsync(failure.Token).ConfigureAwait(false);
            MemoryContent chunk = await chunks.NextAsync(failure.Token).ConfigureAwait(false);
            size += chunk.Length;
            if (_tree.FinishesNode) await EndFirstNodeAsync().ConfigureAwait(false);
            TreeSlot slot = _tree.Add(chunk.Hash, chunk.Length, _finished);
            Launch(SendAsync(ObjectKind.Chunk, chunk, chunk.Length, chunk.Length, slot, NextRow(), failure));
            await SendNodesAsync(failure).ConfigureAwait(false);
            if (_parity is not null) await AddToStripeAsync(_parity, chunk, chunks.Ended, failure).ConfigureAwait(false);
        }

        return size;
    }

    private int? NextRow()
    {
        if (_parity is null) return null;
        inserter.CheckCoded(code, ++_chunks);
        return (_parity.Stripe * code.Rows) + _parity.Count;
    }

    private async Task AddToStripeAsync(ParityBuilder parity, MemoryContent chunk, bool last, CancellationTokenSource failure)
    {
        parity.Add(chunk.Bytes.Span);
        if (!parity.IsFull && !last) return;
        int row = (parity.Stripe * code.Rows) + code.Data;
        foreach (byte[] bytes in parity.Finish())
        {
            await _window.WaitAsync(failure.Token).ConfigureAwait(false);
            var content = new MemoryContent(bytes);
            Launch(SendAsync(ObjectKind.Chunk, content, content.Length, durableBytes: 0, _tree.AddParity(content.Hash), row++, failure));
        }
    }

    // Only a top node says where chunks went; a file of more than one node (16 GiB) has the ids of its salt alone.
    private async Task EndFirstNodeAsync()
    {
        _isOneNode = false;
        await Task.WhenAll(_flying).ConfigureAwait(false);
        if (_hasDiverted) throw new RequestFailedException(FailureCode.Full, "a chunk of a file of more than one tree node found no room under its first id");
    }

    private async Task SendNodesAsync(CancellationTokenSource failure)
    {
        foreach (FinishedNode node in _finished)
        {
            await _window.WaitAsync(failure.Token).ConfigureAwait(false);
            Launch(SendAsync(ObjectKind.TreeNode, new MemoryContent(node.Bytes, node.Hash), node.Size, durableBytes: 0, null, null, failure));
        }

        _finished.Clear();
    }

    private void Launch(Task task)
    {
        _flying.RemoveAll(t => t.IsCompletedSuccessfully);
        _flying.Add(task);
    }

    private async Task SendAsync(ObjectKind kind, MemoryContent content, long reach, int durableBytes, TreeSlot? slot, int? row, CancellationTokenSource failure)
    {
        try
        {
            ObjectCertificate part = FileInserter.Part(draft, kind, reach, code);
            if (row is { } coded) await SendRowAsync(part, content, slot!, coded, failure.Token).ConfigureAwait(false);
            else await SendPlainAsync(part, content, slot, failure.Token).ConfigureAwait(false);
            progress.Durable(durableBytes);
            _window.Release();
        }
        catch
        {
            await failure.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task SendPlainAsync(ObjectCertificate part, MemoryContent content, TreeSlot? slot, CancellationToken cancellation)
    {
        for (int attempt = 0; await TryAsync(part, content, new PartPlace(attempt), last: slot is null || !_isOneNode || attempt == FileIds.PartAttemptMax, cancellation).ConfigureAwait(false) is null;)
            (slot!.Attempt, _hasDiverted) = (++attempt, true);
    }

    // First where it makes the stripe lie widest, then under its other ids: that there is room is worth more.
    private async Task SendRowAsync(ObjectCertificate part, MemoryContent content, TreeSlot slot, int row, CancellationToken cancellation)
    {
        int stripe = row / code.Rows;
        (int first, RingId? expected) = await _spread
            .ChooseAsync(stripe, attempt => FileIds.OfPart(draft.File, draft.Owner.Span, content.Hash, new PartPlace(attempt, row)), resuming, cancellation).ConfigureAwait(false);
        var attempts = new Queue<int>([first, .. Enumerable.Range(0, FileIds.PartAttemptMax + 1).Where(a => a != first)]);
        while (attempts.TryDequeue(out int attempt))
        {
            slot.Attempt = attempt;
            if (await TryAsync(part, content, new PartPlace(attempt, row), last: attempts.Count == 0, cancellation).ConfigureAwait(false) is not { } receipt) continue;
            _spread.Holds(stripe, expected, receipt);
            return;
        }
    }

    // Null if there was no room under this id, or a node that lies, and another is left.
    private async Task<StoreReceipt?> TryAsync(ObjectCertificate part, MemoryContent content, PartPlace place, bool last, CancellationToken cancellation)
    {
        part = part with { Salt = place.ToSalt() };
        try
        {
            ObjectOutcome done = await inserter.InsertAsync(part, content, resuming, note, cancellation).ConfigureAwait(false);
            lock (_sent) _sent.Add(CertificateRules.ObjectOf(done.Certificate));
            return done.Reply.Receipts[0];
        }
        catch (RequestFailedException full) when (full.Code is FailureCode.Full or FailureCode.BadReceipt && !last)
        {
            return null;
        }
    }

    private async Task SealAsync(byte[] top, long size)
    {
        HashTreeNode node = HashTreeNode.TryParseTop(top, size, inserter.Options.ChunkSizeBytes, out string refusal) ?? throw new InvalidOperationException(refusal);
        Blob seal = await inserter.Owner.SealAsync(new RowCertificates(node, draft.File, draft.Owner)).ConfigureAwait(false);
        RowCertificates.WriteSeal(top, seal);
    }

    // Nothing of a file that found no room, or no quota, is of use to anyone; room is what it lacked. What was there before this insert stays, and what cannot be released now stays noted.
    private async Task TakeBackAsync()
    {
        ReclaimCertificate certificate = await inserter.Owner.ReclaimAsync(draft.File).ConfigureAwait(false);
        // First: whatever interrupts this, a put of the same content is to take another id, since these are being buried.
        inserter.Journal.Reclaimed(draft.File, certificate.CreatedUnixMilliseconds);
        int kept = 0;
        await Parallel.ForEachAsync(note.Parts, new ParallelOptions { MaxDegreeOfParallelism = inserter.Options.Window }, async (id, _) =>
        {
            Reply reply = await inserter.Node.AskAsync(r => new ReclaimObject(r, inserter.Options.RequestTimeout, id, certificate), CancellationToken.None).ConfigureAwait(false);
            bool isGone = reply is ObjectReclaimed || (reply is Failed { Code: FailureCode.NotFound } && !note.IsDoubtful(id));
            if (!isGone) Interlocked.Increment(ref kept);
        }).ConfigureAwait(false);
        if (kept == 0) note.Done();
    }

    // What was sent is waited for: a chunk that comes to be stored after the rest was taken back would be nobody's.
    private async Task StopAsync(CancellationTokenSource failure)
    {
        await failure.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_flying).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // What was cancelled because something else failed is not the reason.
    private Exception? FirstFailure(CancellationToken cancellation) =>
        cancellation.IsCancellationRequested
            ? null
            : _flying.Select(t => t.Exception?.InnerException).FirstOrDefault(e => e is not null and not OperationCanceledException);
}

/// <summary>An object that is durable on all its holders.</summary>
/// <param name="ContentHash">What names the content: of a tree its plain hash.</param>
internal readonly record struct ObjectOutcome(ObjectCertificate Certificate, ObjectInserted Reply, Hash256 ContentHash);
