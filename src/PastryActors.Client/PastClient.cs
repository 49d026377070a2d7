using System.Net.Http.Json;

namespace PastryActors.Client;

/// <summary>A part of a file: the bytes from <paramref name="From"/> up to and without <paramref name="To"/>; to the end where that is null.</summary>
public readonly record struct ByteRange(long From, long? To = null);

/// <summary>How a file is to be inserted.</summary>
public sealed record InsertOptions
{
    /// <summary>Number of replicas; null for the node's default.</summary>
    public int? K { get; init; }

    /// <summary>Media type of the content.</summary>
    public string ContentType { get; init; } = "application/octet-stream";

    /// <summary>
    /// How to code a file of more than one chunk: chunks of content and of parity in a stripe, such as "10+4". Each chunk is kept once, and any as many of a stripe as it has of content give all
    /// of it back. Null keeps each chunk k times.
    /// </summary>
    public string? Code { get; init; }

    /// <summary>When the content was last changed; null is not kept.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>Unix permission bits; null is not kept.</summary>
    public int? Mode { get; init; }

    /// <summary>
    /// Encrypts the content, its name and all else that describes it with this key before it leaves the process; null does not. The ring, the
    /// node spoken with included, sees an id, a length and random bytes, so the key is the only way back: keep the link.
    /// </summary>
    public FileKey? Key { get; init; }

    /// <summary>A salt of one's own, hexadecimal; null for the one that follows from the content, so that the same content put again is the same file.</summary>
    public string? Salt { get; init; }

    /// <summary>Whether a file that this owner inserted before, with this very content, is a success and not an "exists".</summary>
    public bool AcceptExisting { get; init; }

    /// <summary>Number of the first salt to try.</summary>
    public int Attempt { get; init; }
}

/// <summary>PAST over HTTP: insert, lookup, reclaim of immutable files.</summary>
public sealed class PastClient
{
    private readonly Gateway _gateway;
    private readonly FileOpening _opening;

    internal PastClient(Gateway gateway) => (_gateway, _opening) = (gateway, new FileOpening(gateway));

    /// <summary>Inserts a file with k replicas and answers when it is durable on k nodes.</summary>
    /// <param name="name">1 to 1024 bytes of UTF-8.</param>
    /// <param name="content">
    /// Read to its end from where it stands. A seekable stream is sent again under another salt if the first nodes are full, and to another
    /// gateway if one fails; a file that stands then is taken for the one that was on its way. One that cannot seek is sent once.
    /// </param>
    /// <param name="k">Number of replicas.</param>
    /// <param name="progress">Told of bytes durable on k nodes, a few times a second.</param>
    public Task<FileReceipt> InsertAsync(
        string name, Stream content, int k, IProgress<UploadProgress>? progress = null, CancellationToken cancellation = default) =>
        InsertAsync(name, content, new InsertOptions { K = k }, progress, cancellation);

    /// <inheritdoc cref="InsertAsync(string, Stream, int, IProgress{UploadProgress}?, CancellationToken)"/>
    public async Task<FileReceipt> InsertAsync(
        string name, Stream content, InsertOptions options, IProgress<UploadProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (options.Key is { } key)
        {
            var description = new FileMetadata(name, options.ContentType, options.Modified, options.Mode, content.CanSeek ? content.Length - content.Position : null);
            var sealer = new Sealer(key);
            await using var box = new SealingStream(content, sealer, SealedHead.Make(sealer, description));
            InsertOptions bare = options with { Key = null, ContentType = EncryptedFiles.MediaType, Modified = null, Mode = null };
            return await InsertAsync(EncryptedFiles.Name, box, bare, progress, cancellation).ConfigureAwait(false);
        }

        return await new Upload(_gateway, name, content, options, progress).RunAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>The content of a file, or a range of it. A connection that breaks midway is taken up where it was; what cannot be had after all is an <see cref="IOException"/> of the stream, never a short end.</summary>
    /// <param name="link">A fileId, or the link of an encrypted file: FILEID#KEY.</param>
    public async Task<Stream> LookupAsync(string link, ByteRange? range = null, CancellationToken cancellation = default) =>
        (await OpenAsync(FileLink.Parse(link), range, cancellation).ConfigureAwait(false)).Content;

    /// <summary>
    /// A file with what is kept beside its content, and its content or a range of it. The caller disposes of it. With a key, whatever does not
    /// open with it is an exception: wrong-key, not-encrypted, or damaged where it was changed.
    /// </summary>
    public Task<OpenedFile> OpenAsync(FileLink link, ByteRange? range = null, CancellationToken cancellation = default) => _opening.OpenAsync(link, range, cancellation);

    /// <summary>The file's certificate, who holds it, and how many replicas live. Makes its holders read it back.</summary>
    public Task<FileDescription> DescribeAsync(string link, CancellationToken cancellation = default) =>
        _gateway.GetAsync($"/files/{FileLink.Parse(link).FileId}/info", PastryJson.Default.FileDescription, cancellation);

    /// <summary>A file with what is kept beside its content, and nothing of the content.</summary>
    public Task<OpenedFile> HeadAsync(FileLink link, CancellationToken cancellation = default) => _opening.HeadAsync(link, cancellation);

    /// <summary>The hashes of a file's chunks as it is stored, by which each chunk of a download can be verified as it comes.</summary>
    public Task<FileChunks> ChunksAsync(string link, CancellationToken cancellation = default) => _opening.ChunksAsync(FileLink.Parse(link).FileId, cancellation);

    /// <summary>Looks a file up and explains it: every hop, who answered, from a replica or a cache, and how long it took.</summary>
    public Task<FileTrace> TraceAsync(string link, CancellationToken cancellation = default) =>
        _gateway.GetAsync($"/files/{FileLink.Parse(link).FileId}/trace", PastryJson.Default.FileTrace, cancellation);

    /// <summary>Releases a file; only the node that has its owner's key can. Not repeated once a node may have seen it: a second time it is not found.</summary>
    public Task<FileReclaimed> ReclaimAsync(string link, CancellationToken cancellation = default) =>
        _gateway.AskAsync(HttpMethod.Delete, $"/files/{FileLink.Parse(link).FileId}", PastryJson.Default.FileReclaimed, Repeat.IfUnseen, cancellation);

    /// <summary>What the owner of the node's key inserted.</summary>
    public Task<OwnedFiles> ListAsync(CancellationToken cancellation = default) =>
        _gateway.GetAsync("/files", PastryJson.Default.OwnedFiles, cancellation);

    /// <summary>What of the owner's puts did not end: to be put again, or reclaimed.</summary>
    public Task<UnfinishedFiles> ListUnfinishedAsync(CancellationToken cancellation = default) =>
        _gateway.GetAsync("/files?unfinished=true", PastryJson.Default.UnfinishedFiles, cancellation);

    /// <summary>How an owner stands with its quota.</summary>
    /// <param name="owner">SHA-256 of its public key, 64 hexadecimal digits; null for the owner of the node's key.</param>
    public Task<OwnerAccount> AccountAsync(string? owner = null, CancellationToken cancellation = default) =>
        _gateway.GetAsync(owner is null ? "/owner" : $"/owners/{owner}", PastryJson.Default.OwnerAccount, cancellation);

    /// <summary>Has the ring keep a grant that the broker signed; it counts at once.</summary>
    public Task<OwnerAccount> GrantAsync(QuotaGrant grant, CancellationToken cancellation = default) =>
        _gateway.AskAsync(HttpMethod.Post, "/owners", PastryJson.Default.OwnerAccount, Repeat.Freely, cancellation, () => JsonContent.Create(grant, PastryJson.Default.QuotaGrant));
}
