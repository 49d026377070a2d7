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
/// Inserts whole files: a small one as one object; a large one as chunks, then the nodes of its hash tree, and last its top, so that
/// nothing is ever found half inserted (<see cref="FileUpload"/>). What an interrupted insert left behind is not sent again. File diversion (SOSP 2001, section 3.4)
/// is done here, where certificates are signed: the file's first object chooses its salt, every further chunk has four ids of its own. A
/// file that found no room all the same is taken back.
/// </summary>
public sealed class FileInserter(INodeAccess node, OwnerIdentity owner, OwnerJournal journal, FileTransferOptions options)
{
    /// <summary>How often the same content may be inserted and reclaimed under one name; each takes a salt that never serves again.</summary>
    private const int SkippedMax = 1000;

    internal FileTransferOptions Options => options;

    internal INodeAccess Node => node;

    internal OwnerIdentity Owner => owner;

    internal OwnerJournal Journal => journal;

    /// <summary>
    /// Inserts <paramref name="content"/>. Memory is bounded by the window. Throws <see cref="RequestFailedException"/>;
    /// <see cref="FailureCode.Exists"/> means that this owner inserted the very same file before, or that another content has its fileId.
    /// </summary>
    public async Task<FileInserted> InsertAsync(InsertFile file, Stream content, InsertProgress progress, CancellationToken cancellation)
    {
        if (!file.Code.IsNone) CheckCoded(file.Code, (file.DeclaredLength + options.ChunkSizeBytes - 1) / options.ChunkSizeBytes);
        var chunks = new ChunkStream(content, file, options, progress);
        MemoryContent first = await chunks.FirstAsync(cancellation).ConfigureAwait(false);
        ObjectKind kind = chunks.Ended ? ObjectKind.File : ObjectKind.Chunk;
        (ObjectCertificate draft, ObjectOutcome started, List<Blob> salts, PutNote begun) = await BeginAsync(file, kind, first, cancellation).ConfigureAwait(false);
        using PutNote note = begun;
        progress.Durable(first.Length);
        using FileUpload? upload = kind == ObjectKind.File ? null : new FileUpload(this, draft, file.Code, progress, note, resuming: started.Reply.AlreadyHeld > 0 || note.IsTakenUp);
        ObjectOutcome done = upload is null ? started : await upload.RunAsync(started, first, chunks, cancellation).ConfigureAwait(false);
        bool known = done.Reply.AlreadyHeld >= done.Certificate.Replicas && journal.WasAcknowledged(done.Certificate.File);
        note.Keep(upload?.Parts ?? new HashSet<FileId> { draft.File });
        if (!known) journal.Inserted(done.Certificate);
        note.Done();
        if (known && !file.AcceptExisting)
            throw new RequestFailedException(FailureCode.Exists, $"{done.Certificate.File} was inserted before, with this very content; nothing was changed");

        return new FileInserted(done.Certificate, done.Reply.Receipts, salts, done.Reply.AlreadyHeld, done.ContentHash);
    }

    /// <summary>Refuses a coded file of more chunks than its one tree node can name.</summary>
    internal void CheckCoded(StripeCode code, long chunks)
    {
        int most = HashTreeNode.ChunksMaxOf(code, options.ChunkSizeBytes);
        if (chunks > most) throw new RequestFailedException(FailureCode.Invalid, $"a file coded {code} has at most {most} chunks of {options.ChunkSizeBytes} bytes: put it in pieces, or without a code");
    }

    // Finds a salt under which the first object has room, and inserts it.
    private async Task<(ObjectCertificate Draft, ObjectOutcome Done, List<Blob> Salts, PutNote Note)> BeginAsync(
        InsertFile file, ObjectKind kind, MemoryContent first, CancellationToken cancellation)
    {
        List<Blob> salts = [];
        int skipped = 0;
        for (int attempt = file.FirstAttempt; ; attempt++)
        {
            Blob salt = file.Salt ?? FileIds.DeriveSalt(first.Hash, file.DeclaredLength, attempt, kind == ObjectKind.File ? default : file.Code);
            ObjectCertificate draft = Draft(file, salt);
            bool last = file.Salt is not null || attempt - skipped + 1 >= options.AttemptsMax;
            // What the owner reclaimed stays reclaimed under its id; the file may come back under another.
            if (file.Salt is null && skipped < SkippedMax && journal.WasReclaimed(draft.File))
            {
                skipped++;
                continue;
            }

            salts.Add(salt);
            ObjectCertificate certificate = kind == ObjectKind.File ? draft with { FileSize = first.Length } : FirstChunk(draft, file.Code, first.Length);
            PutNote note = journal.Puts.Begin(draft, file.DeclaredLength, owner.Now, isSmall: kind == ObjectKind.File);
            try
            {
                return (draft, await InsertAsync(certificate, first, offerFirst: kind == ObjectKind.Chunk, note, cancellation).ConfigureAwait(false), salts, note);
            }
            catch (Exception e)
            {
                // What found no room, or a node that lies, was taken back by whoever stored it; then other nodes, by another salt.
                await EndAsync(note, e).ConfigureAwait(false);
                if (last || e is not RequestFailedException { Code: FailureCode.Full or FailureCode.BadReceipt }) throw;
            }
        }
    }

    // The first object of a file was refused: the note goes if nothing can be left of it. It may be that of a file which another process of the owner put, and is not to be reclaimed here.
    private async Task EndAsync(PutNote note, Exception reason)
    {
        using (note)
        {
            if (note.IsTakenUp) return;
            bool isClean = note.Parts.Count == 0 || reason switch
            {
                RequestFailedException { Code: FailureCode.Exists or FailureCode.Forbidden } => true,
                RequestFailedException { Code: var code } when IsRefusal(code) => await IsNowhereAsync(note.Parts[0]).ConfigureAwait(false),
                _ => false,
            };
            if (isClean) note.Done();
        }
    }

    private async Task<bool> IsNowhereAsync(FileId id)
    {
        Reply seen = await node.AskAsync(request => new InspectObject(request, options.RequestTimeout, id, ReadBack: false), CancellationToken.None).ConfigureAwait(false);
        return seen is ObjectInspected { Holders: { Count: > 0 } holders } && !holders.ToArray().Any(h => h.State is not (HolderState.Missing or HolderState.Reclaimed));
    }

    // Whoever asked is told so only after all that were sent the object were told that it is not wanted.
    private static bool IsRefusal(FailureCode code) =>
        code is FailureCode.Full or FailureCode.BadReceipt or FailureCode.OverQuota or FailureCode.Exists or FailureCode.Forbidden or FailureCode.Invalid;

    private ObjectCertificate Draft(InsertFile file, Blob salt) => new(
        ObjectKind.File, FileIds.OfFile(file.Name, owner.PublicKey.Span, salt.Span), file.Name, owner.PublicKey, default, 0, 0, file.Replicas, salt, 0,
        file.ContentType, OwnerIdentity.NoSignature)
    {
        ModifiedUnixMilliseconds = file.ModifiedUnixMilliseconds,
        Mode = file.Mode,
    };

    internal static ObjectCertificate Part(ObjectCertificate draft, ObjectKind kind, long reach, StripeCode code) => draft with
    {
        Kind = kind,
        Name = "",
        Salt = default,
        ContentType = "",
        FileSize = reach,
        ModifiedUnixMilliseconds = 0,
        Mode = 0,
        Replicas = code.IsNone ? draft.Replicas : RowCertificates.Replicas,
    };

    private static ObjectCertificate FirstChunk(ObjectCertificate draft, StripeCode code, long reach) =>
        Part(draft, ObjectKind.Chunk, reach, code) with { Salt = new PartPlace(0, code.IsNone ? null : 0).ToSalt() };

    /// <summary>Inserts one object of a file, noted before. Once it is sent its outcome is waited for, whoever has given up meanwhile: only then is it known what there is to take back.</summary>
    internal async Task<ObjectOutcome> InsertAsync(ObjectCertificate draft, MemoryContent content, bool offerFirst, PutNote note, CancellationToken cancellation)
    {
        ObjectCertificate certificate = await owner.SignAsync(draft with { ContentHash = content.Hash, ContentLength = content.Length }).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        FileId part = CertificateRules.ObjectOf(certificate);
        note.Add(part);
        try
        {
            ObjectInserted reply = await node.AskAsync<ObjectInserted>(id => new InsertObject(id, options.RequestTimeout, certificate, content, offerFirst), CancellationToken.None).ConfigureAwait(false);
            return new ObjectOutcome(certificate, reply, draft.Kind is ObjectKind.FileTree or ObjectKind.CodedTree ? HashTreeNode.PlainHashOf(content.Bytes.Span) : content.Hash);
        }
        catch (RequestFailedException e) when (!IsRefusal(e.Code))
        {
            note.Doubt(part);
            throw;
        }
    }
}
