using System.Diagnostics;
using System.Text.Json;
using Microsoft.Net.Http.Headers;
using PastryActors.Client;
using PastryActors.Core.Coding;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Node.Files;
using PastryActors.Node.Upkeep;
using PastryActors.Past.Certificates;

namespace PastryActors.Node.Gateway;

/// <summary>Files over HTTP: PUT, GET, HEAD, DELETE under /files, and the progress of uploads under /uploads.</summary>
internal sealed class FileEndpoints(GatewayServices services, UploadRegistry uploads, TransferGates gates)
{
    private const string Prefix = "/files/";
    /// <summary>Hashes that are written before the reader is waited for.</summary>
    private const int HashesAtOnce = 1024;

    private static readonly TimeSpan ProgressPeriod = TimeSpan.FromMilliseconds(200);

    public void Map(IEndpointRouteBuilder routes)
    {
        // One path of the document: what follows /files/ is a name when a file is put, and the file's id from then on.
        routes.Handle("PUT", "/files/{**fileId}", PutAsync).Says(
            "putFile", "Inserts a file named as the path says. Done when every byte is durable on k nodes.",
            ApiAnswer.Json<FileReceipt>(StatusCodes.Status201Created), body: ApiNote.AnyBytes,
            [ApiParameter.Number("k", "number of replicas"), ApiParameter.Text("code", "chunks of content and of parity in a stripe, such as 10+4, in place of k copies of each chunk"), ApiParameter.Text("salt", "a salt of the caller's, hexadecimal"), ApiParameter.Number("attempt", "the salt to go on with after \"full\""),
                ApiParameter.Text("existing", "\"accept\": the same file again is a success"), ApiParameter.Number("modified", "when the content was last changed, Unix milliseconds"),
                ApiParameter.Text("mode", "permission bits, octal"), ApiParameter.Text("upload", "a name under which /uploads tells the progress")]);
        routes.Handle("GET", "/files", ListAsync).Says("listFiles", "What this node's owner inserted and did not reclaim.", ApiAnswer.Json<OwnedFiles>());
        routes.Handle("GET", "/files/{fileId}", context => GetAsync(context, withContent: true)).Says(
            "getFile", "A file's content. Takes Range (several too), If-Range, If-Match and If-None-Match.", ApiAnswer.Bytes, body: "",
            [ApiParameter.Text("download", "present: the browser is told to save it")]);
        routes.Handle("HEAD", "/files/{fileId}", context => GetAsync(context, withContent: false)).Says("headFile", "The headers of a file's content.", ApiAnswer.None(StatusCodes.Status200OK));
        routes.Handle("GET", "/files/{fileId}/info", InfoAsync).Says("describeFile", "A file's certificate, who holds it, and how many replicas live.", ApiAnswer.Json<FileDescription>());
        routes.Handle("GET", "/files/{fileId}/chunks", ChunksAsync).Says("listChunks", "SHA-256 of every chunk of a file, 32 bytes each: by them a reader verifies each chunk as it comes.", ApiAnswer.Bytes);
        routes.Handle("DELETE", "/files/{fileId}", ReclaimAsync).Says("reclaimFile", "Releases a file of this node's owner on all its holders.", ApiAnswer.Json<FileReclaimed>());
        routes.Handle("GET", "/uploads/{upload}", ProgressAsync).Says("watchUpload", "The progress of an upload, a line of JSON (UploadProgress) at each change.", ApiAnswer.Text("application/x-ndjson"));
    }

    private async Task<IResult> PutAsync(HttpContext context)
    {
        InsertFile file = Describe(context);
        using IDisposable place = await gates.Uploads.EnterAsync(context.RequestAborted).ConfigureAwait(false);
        string? upload = context.Request.Query["upload"];
        UploadRegistry.Watched? watched = upload is null ? null : uploads.Find(upload);
        long started = Stopwatch.GetTimestamp();
        try
        {
            FileInserted done = await services.Inserter
                .InsertAsync(file, context.Request.Body, watched?.Progress ?? new InsertProgress(), context.RequestAborted).ConfigureAwait(false);
            context.Response.Headers.Location = Prefix + done.File;
            return TypedResults.Json(Documents.Of(done, Stopwatch.GetElapsedTime(started)), PastryJson.Default.FileReceipt, statusCode: StatusCodes.Status201Created);
        }
        catch (RequestFailedException full) when (full.Code is FailureCode.Full or FailureCode.BadReceipt && file.Salt is null)
        {
            // The whole content would have to come again, which only the sender can decide: it is told where to go on.
            if (file.FirstAttempt + 1 < services.Transfer.AttemptsMax) full.Data[Problems.NextAttemptKey] = file.FirstAttempt + 1;
            throw;
        }
        finally
        {
            if (watched is not null) uploads.End(upload!, watched);
        }
    }

    private InsertFile Describe(HttpContext context)
    {
        string name = RequestReading.NameOf(context, Prefix);
        if (!FileNames.IsValid(name)) throw GatewayRefusalException.Invalid($"a file name has 1 to {CertificateRules.NameBytesMax} bytes of UTF-8 and no control characters");
        long length = context.Request.ContentLength ?? -1;
        if (length > services.Transfer.FileSizeMaxBytes) throw GatewayRefusalException.TooLarge($"the file has {length} bytes, this node accepts {services.Transfer.FileSizeMaxBytes}");
        string type = context.Request.ContentType ?? "";
        if (type.Length > CertificateRules.ContentTypeBytesMax || (type.Length > 0 && !MediaTypeHeaderValue.TryParse(type, out _)))
            throw GatewayRefusalException.Invalid("the Content-Type is not a media type of at most 256 characters");
        byte[]? salt = RequestReading.HexOf(context, "salt", CertificateRules.SaltBytesMax);
        int k = RequestReading.NumberOf(context, "k", 1, 128) ?? services.Transfer.Replicas;
        int attempt = RequestReading.NumberOf(context, "attempt", 0, services.Transfer.AttemptsMax - 1) ?? 0;
        return new InsertFile(name, type, k, length, salt is null ? null : new(salt), attempt, context.Request.Query["existing"] == "accept")
        {
            Code = CodeOf(context),
            ModifiedUnixMilliseconds = RequestReading.LongOf(context, "modified", 0, long.MaxValue) ?? 0,
            Mode = context.Request.Query["mode"] is [{ } mode, ..] ? FileModes.TryParse(mode) ?? throw GatewayRefusalException.Invalid("mode must be permission bits in octal, 0 to 777") : 0,
        };
    }

    // A plus that was sent as it is arrives as a blank.
    private static StripeCode CodeOf(HttpContext context) => context.Request.Query["code"] is not [{ } text, ..]
        ? default
        : StripeCode.TryParse(text.Replace(' ', '+')) ?? throw GatewayRefusalException.Invalid($"code must be {StripeCode.Rule}");

    private async Task<IResult> GetAsync(HttpContext context, bool withContent)
    {
        if (withContent) context.Response.RegisterForDispose(await gates.Downloads.EnterAsync(context.RequestAborted).ConfigureAwait(false));
        OpenFile file = await services.Reader.OpenAsync(RequestReading.FileIdOf(context), context.RequestAborted).ConfigureAwait(false);
        FileHeaders.Write(context, file);
        if (!FileHeaders.IsWanted(context, file)) return Problems.Result(Problems.Make(StatusCodes.Status412PreconditionFailed, "precondition-failed", "the file is none of those that If-Match names"));
        if (FileHeaders.IsUnchanged(context, file)) return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        ByteRanges ranges = ByteRanges.Of(context, file);
        if (ranges.Refused)
        {
            context.Response.Headers.ContentRange = $"bytes */{file.Size}";
            return Problems.Result(Problems.Make(StatusCodes.Status416RangeNotSatisfiable, "range-not-satisfiable", $"the file has {file.Size} bytes"));
        }

        return new FileContentResult(services.Reader, file, ranges, withContent);
    }

    private async Task<IResult> ChunksAsync(HttpContext context)
    {
        OpenFile file = await services.Reader.OpenAsync(RequestReading.FileIdOf(context), context.RequestAborted).ConfigureAwait(false);
        FileHeaders.Write(context, file);
        context.Response.ContentType = FileHeaders.AnyBytes;
        context.Response.ContentLength = file.ChunkCount * Hash256.SizeBytes;
        int waiting = 0;
        await foreach (Hash256 hash in services.Reader.ChunkHashesAsync(file, context.RequestAborted).ConfigureAwait(false))
        {
            hash.WriteTo(context.Response.BodyWriter.GetSpan(Hash256.SizeBytes));
            context.Response.BodyWriter.Advance(Hash256.SizeBytes);
            if (++waiting % HashesAtOnce == 0) await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }

        return TypedResults.Empty;
    }

    private async Task<IResult> InfoAsync(HttpContext context)
    {
        FileWhereabouts found = await services.Inspector.InspectAsync(RequestReading.FileIdOf(context), context.RequestAborted).ConfigureAwait(false);
        IReadOnlyList<string> advice = await new FileDoctor(services.Node, services.Transfer.RequestTimeout).ExplainAsync(found, context.RequestAborted).ConfigureAwait(false);
        return TypedResults.Json(Documents.Of(found, advice), PastryJson.Default.FileDescription);
    }

    private async Task<IResult> ReclaimAsync(HttpContext context)
    {
        FileId id = RequestReading.FileIdOf(context);
        long released = await services.Inspector.ReclaimAsync(id, context.RequestAborted).ConfigureAwait(false);
        return TypedResults.Json(new FileReclaimed(id.ToString(), released), PastryJson.Default.FileReclaimed);
    }

    private Task<IResult> ListAsync(HttpContext context) => Task.FromResult<IResult>(
        context.Request.Query["unfinished"] == "true"
        ? TypedResults.Json(new UnfinishedFiles([.. services.Journal.Unfinished().Select(Documents.Of)]), PastryJson.Default.UnfinishedFiles)
        : TypedResults.Json(new OwnedFiles([.. services.Journal.Files().Select(Documents.Of)]), PastryJson.Default.OwnedFiles));

    private async Task<IResult> ProgressAsync(HttpContext context)
    {
        string name = (string)context.Request.RouteValues["upload"]!;
        UploadRegistry.Watched upload = uploads.Find(name) ?? throw new RequestFailedException(FailureCode.Busy, "too many uploads are watched; this one goes on unseen");
        try
        {
            context.Response.ContentType = "application/x-ndjson";
            using var timer = new PeriodicTimer(ProgressPeriod, services.Time);
            for (UploadProgress? last = null; last is not { Done: true };)
            {
                UploadProgress now = upload.Snapshot();
                if (now != last) await WriteLineAsync(context, now).ConfigureAwait(false);
                last = now;
                if (!now.Done) await timer.WaitForNextTickAsync(context.RequestAborted).ConfigureAwait(false);
            }
        }
        finally
        {
            // A watcher whose upload never came leaves nothing behind; one that goes early takes nothing from the upload itself.
            if (upload.Progress.ReceivedBytes == 0) uploads.End(name, upload);
        }

        return TypedResults.Empty;
    }

    private static async Task WriteLineAsync(HttpContext context, UploadProgress progress)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(progress, PastryJson.Default.UploadProgress), (byte)'\n'];
        await context.Response.Body.WriteAsync(line, context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
