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
/// Inserts whole files: a small one as one object; a large one as chunks, then the nodes of its hash tree, and last its top, so that
/// nothing is ever found half inserted. What an interrupted insert left behind is not sent again. File diversion (SOSP 2001, section 3.4)
/// is done here, where certificates are signed: the file's first object chooses its salt, every further chunk has four ids of its own. A
/// file that found no room all the same is taken back.
/// </summary>
public sealed class FileInserter(INodeAccess node, OwnerIdentity owner, OwnerJournal journal, FileTransferOptions options)
{
    /// <summary>How often the same content may be inserted and reclaimed under one name; each takes a salt that never serves again.</summary>
    private const int SkippedMax = 1000;

    private FileTransferOptions Options => options;

    private INodeAccess Node => node;

    private OwnerIdentity Owner => owner;

    private OwnerJournal Journal => journal;

    /// <summary>
    /// Inserts <paramref name="content"/>. Memory is bounded by the window. Throws <see cref="RequestFailedException"/>;
    /// <see cref="FailureCode.Exists"/> means that this owner inserted the very same file before, or that another content has its fileId.
    /// </summary>
    public async Task<FileInserted> InsertAsync(InsertFile file, Stream content, InsertProgress progress, CancellationToken cancellation)
    {
        var chunks = new ChunkStream(content, file, options, progress);
        MemoryContent first = await chunks.FirstAsync(cancellation).ConfigureAwait(false);
        ObjectKind kind = chunks.Ended ? ObjectKind.File : ObjectKind.Chunk;
        (ObjectCertificate draft, Inserted started, List<Blob> salts, PutNote? begun) = await BeginAsync(file, kind, first, cancellation).ConfigureAwait(false);
        using PutNote? note = begun;
        progress.Durable(first.Length);
        Inserted done = kind == ObjectKind.File
            ? started
            : await UploadAsync(draft, first, chunks, progress, note!, resuming: started.Reply.AlreadyHeld > 0, cancellation).ConfigureAwait(false);
        bool known = done.Reply.AlreadyHeld >= done.Certificate.Replicas && journal.WasAcknowledged(done.Certificate.File);
        if (known && !file.AcceptExisting)
            throw new RequestFailedException(FailureCode.Exists, $"{done.Certificate.File} was inserted before, with this very content; nothing was changed");

        if (!known) journal.Inserted(done.Certificate);
        note?.Done();
        return new FileInserted(done.Certificate, done.Reply.Receipts, salts, done.Reply.AlreadyHeld, done.ContentHash);
    }

    private async Task<Inserted> UploadAsync(
        ObjectCertificate draft, MemoryContent first, ChunkStream chunks, InsertProgress progress, PutNote note, bool resuming, CancellationToken cancellation)
    {
        using var upload = new Upload(this, draft, progress, note, resuming);
        return await upload.RunAsync(first, chunks, cancellation).ConfigureAwait(false);
    }

    // Finds a salt under which the first object has room, and inserts it.
    private async Task<(ObjectCertificate Draft, Inserted Done, List<Blob> Salts, PutNote? Note)> BeginAsync(
        InsertFile file, ObjectKind kind, MemoryContent first, CancellationToken cancellation)
    {
        List<Blob> salts = [];
        int skipped = 0;
        for (int attempt = file.FirstAttempt; ; attempt++)
        {
            Blob salt = file.Salt ?? FileIds.DeriveSalt(first.Hash, file.DeclaredLength, attempt);
            ObjectCertificate draft = Draft(file, salt);
            bool last = file.Salt is not null || attempt - skipped + 1 >= options.AttemptsMax;
            // What the owner reclaimed stays reclaimed under its id; the file may come back under another.
            if (file.Salt is null && skipped < SkippedMax && journal.WasReclaimed(draft.File))
            {
                skipped++;
                continue;
            }

            salts.Add(salt);
            ObjectCertificate certificate = kind == ObjectKind.File ? draft with { FileSize = first.Length } : Part(draft, ObjectKind.Chunk, first.Length);
            PutNote? note = kind == ObjectKind.File ? null : journal.Puts.Begin(draft, file.DeclaredLength, owner.Now);
            try
            {
                return (draft, await InsertAsync(certificate, first, offerFirst: kind == ObjectKind.Chunk, note, cancellation).ConfigureAwait(false), salts, note);
            }
            catch (Exception e)
            {
                // What found no room, or a node that lies, was taken back by whoever stored it; then other nodes, by another salt.
                bool full = e is RequestFailedException { Code: FailureCode.Full or FailureCode.BadReceipt };
                if (full) note?.Done();
                note?.Dispose();
                if (!full || last) throw;
            }
        }
    }

    private ObjectCertificate Draft(InsertFile file, Blob salt) => new(
        ObjectKind.File, FileIds.OfFile(file.Name, owner.PublicKey.Span, salt.Span), file.Name, owner.PublicKey, default, 0, 0, file.Replicas, salt, 0,
        file.ContentType, OwnerIdentity.NoSignature)
    {
        ModifiedUnixMilliseconds = file.ModifiedUnixMilliseconds,
        Mode = file.Mode,
    };

    private static ObjectCertificate Part(ObjectCertificate draft, ObjectKind kind, long reach) =>
        draft with { Kind = kind, Name = "", Salt = default, ContentType = "", FileSize = reach, ModifiedUnixMilliseconds = 0, Mode = 0 };

    private async Task<Inserted> InsertAsync(ObjectCertificate draft, MemoryContent content, bool offerFirst, PutNote? note, CancellationToken cancellation)
    {
        ObjectCertificate certificate = await owner.SignAsync(draft with { ContentHash = content.Hash, ContentLength = content.Length }).ConfigureAwait(false);
        note?.Add(CertificateRules.ObjectOf(certificate));
        ObjectInserted reply = await node.AskAsync<ObjectInserted>(id => new InsertObject(id, options.RequestTimeout, certificate, content, offerFirst), cancellation).ConfigureAwait(false);
        return new Inserted(certificate, reply, draft.Kind == ObjectKind.FileTree ? HashTreeNode.PlainHashOf(content.Bytes.Span) : content.Hash);
    }

    private readonly record struct Inserted(ObjectCertificate Certificate, ObjectInserted Reply, Hash256 ContentHash);

    /// <summary>One large file on its way: at most a window of objects in flight, and the first failure stops all.</summary>
    private sealed class Upload(FileInserter inserter, ObjectCertificate draft, InsertProgress progress, PutNote note, bool resuming) : IDisposable
    {
        private readonly HashTreeBuilder _tree = new(inserter.Options.ChunkSizeBytes);
        private readonly List<FinishedNode> _finished = [];
        private readonly HashSet<FileId> _sent = [];
        private volatile bool _isOneNode = true;
        private volatile bool _hasDiverted;
        private readonly List<Task> _flying = [];
        private readonly SemaphoreSlim _window = new(inserter.Options.Window);

        public async Task<Inserted> RunAsync(MemoryContent first, ChunkStream chunks, CancellationToken cancellation)
        {
            using var failure = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            try
            {
                long size = await SendChunksAsync(first, chunks, failure).ConfigureAwait(false);
                await Task.WhenAll(_flying).ConfigureAwait(false);
                byte[] top = _tree.Finish(_finished);
                await SendNodesAsync(failure).ConfigureAwait(false);
                await Task.WhenAll(_flying).ConfigureAwait(false);
                ObjectCertificate certificate = draft with { Kind = ObjectKind.FileTree, FileSize = size };
                return await inserter.InsertAsync(certificate, new MemoryContent(top), resuming, note, cancellation).ConfigureAwait(false);
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
            _sent.Add(CertificateRules.ObjectOf(Part(draft, ObjectKind.Chunk, first.Length) with { ContentHash = first.Hash }));
            long size = first.Length;
            while (!chunks.Ended)
            {
                // The room is taken before the chunk is read: what waits to be sent is never more than the window.
                await _window.WaitAsync(failure.Token).ConfigureAwait(false);
                MemoryContent chunk = await chunks.NextAsync(failure.Token).ConfigureAwait(false);
                size += chunk.Length;
                if (_tree.FinishesNode) await EndFirstNodeAsync().ConfigureAwait(false);
                TreeSlot slot = _tree.Add(chunk.Hash, chunk.Length, _finished);
                Launch(SendAsync(ObjectKind.Chunk, chunk, chunk.Length, chunk.Length, slot, failure));
                await SendNodesAsync(failure).ConfigureAwait(false);
            }

            return size;
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
                Launch(SendAsync(ObjectKind.TreeNode, new MemoryContent(node.Bytes, node.Hash), node.Size, durableBytes: 0, null, failure));
            }

            _finished.Clear();
        }

        private void Launch(Task task)
        {
            _flying.RemoveAll(t => t.IsCompletedSuccessfully);
            _flying.Add(task);
        }

        private async Task SendAsync(ObjectKind kind, MemoryContent content, long reach, int durableBytes, TreeSlot? slot, CancellationTokenSource failure)
        {
            try
            {
                ObjectCertificate part = Part(draft, kind, reach);
                for (int attempt = 0; !await TryAsync(part, content, attempt, last: slot is null || !_isOneNode || attempt == FileIds.PartAttemptMax, failure.Token).ConfigureAwait(false);) (slot!.Attempt, _hasDiverted) = (++attempt, true);
                progress.Durable(durableBytes);
                _window.Release();
            }
            catch
            {
                await failure.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }

        // False if there was no room under this id, or a node that lies, and another is left.
        private async Task<bool> TryAsync(ObjectCertificate part, MemoryContent content, int attempt, bool last, CancellationToken cancellation)
        {
            if (attempt > 0) part = part with { Salt = new byte[] { (byte)attempt } };
            try
            {
                Inserted done = await inserter.InsertAsync(part, content, resuming, note, cancellation).ConfigureAwait(false);
                lock (_sent) _sent.Add(CertificateRules.ObjectOf(done.Certificate));
                return true;
            }
            catch (RequestFailedException full) when (full.Code is FailureCode.Full or FailureCode.BadReceipt && !last)
            {
                return false;
            }
        }

        // Nothing of a file that found no room, or no quota, is of use to anyone; room is what it lacked. What was there before this insert stays.
        private async Task TakeBackAsync()
        {
            ReclaimCertificate certificate = await inserter.Owner.ReclaimAsync(draft.File).ConfigureAwait(false);
            await Parallel.ForEachAsync(
                _sent,
                new ParallelOptions { MaxDegreeOfParallelism = inserter.Options.Window },
                async (id, _) => await inserter.Node.AskAsync(r => new ReclaimObject(r, inserter.Options.RequestTimeout, id, certificate), CancellationToken.None).ConfigureAwait(false)).ConfigureAwait(false);
            inserter.Journal.Reclaimed(draft.File, certificate.CreatedUnixMilliseconds);
            note.Done();
        }

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
}
