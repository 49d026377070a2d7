using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace PastryActors.Client;

/// <summary>
/// One insert: sent until it stands, under the next salt where the first nodes are full, and at the next gateway where one fails. An insert is
/// the same file however often it is sent, since its salt follows from its content; so what can be read again may be sent again.
/// </summary>
internal sealed class Upload(Gateway gateway, string name, Stream content, InsertOptions options, IProgress<UploadProgress>? progress)
{
    private readonly long _start = content.CanSeek ? content.Position : 0;
    private int _attempt = options.Attempt;
    private bool _mayStand = options.AcceptExisting;

    public async Task<FileReceipt> RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await gateway.RunAsync(node => SendAsync(node, cancellation), content.CanSeek ? Repeat.Freely : Repeat.IfUnseen, cancellation).ConfigureAwait(false);
            }
            catch (PastryException full) when (full is { NextAttempt: not null } && content.CanSeek)
            {
                _attempt = full.NextAttempt.Value;
            }
        }
    }

    private async Task<FileReceipt> SendAsync(Uri node, CancellationToken cancellation)
    {
        if (content.CanSeek) content.Position = _start;
        string upload = Guid.NewGuid().ToString("N");
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task watching = progress is null ? Task.CompletedTask : WatchAsync(node, upload, done.Token);
        try
        {
            // The stream stays the caller's: it may have to be sent again.
            using var body = new StreamContent(new BorrowedStream(content), 128 * 1024);
            body.Headers.ContentType = MediaTypeHeaderValue.Parse(options.ContentType);
            if (content.CanSeek) body.Headers.ContentLength = content.Length - content.Position;
            return await gateway.AskOnceAsync(node, HttpMethod.Put, PathOf(upload), PastryJson.Default.FileReceipt, body, cancellation).ConfigureAwait(false);
        }
        catch (PastryException failed) when (failed.Code is "no-answer" or "not-active")
        {
            // It may have come to stand all the same, and a second attempt must not take that for somebody else's.
            _mayStand = true;
            throw;
        }
        finally
        {
            await done.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private string PathOf(string upload)
    {
        var path = new StringBuilder("/files/").Append(Uri.EscapeDataString(name)).Append("?upload=").Append(upload);
        if (options.K is { } k) path.Append(CultureInfo.InvariantCulture, $"&k={k}");
        if (options.Salt is not null) path.Append("&salt=").Append(options.Salt);
        if (options.Modified is { } modified) path.Append(CultureInfo.InvariantCulture, $"&modified={Math.Max(modified.ToUnixTimeMilliseconds(), 0)}");
        if (options.Mode is { } mode) path.Append("&mode=").Append(FileModes.ToText(mode));
        if (options.Code is not null) path.Append("&code=").Append(Uri.EscapeDataString(options.Code));
        if (_mayStand) path.Append("&existing=accept");
        if (_attempt > 0) path.Append(CultureInfo.InvariantCulture, $"&attempt={_attempt}");
        return path.ToString();
    }

    // HTTP/1.1 has no way back while a body is being sent, so progress comes on a connection of its own, from the same node.
    private async Task WatchAsync(Uri node, string upload, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/uploads/{upload}");
        using HttpResponseMessage response = await gateway.SendToAsync(node, request, cancellation).ConfigureAwait(false);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false));
        while (await lines.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line)
        {
            if (JsonSerializer.Deserialize(line, PastryJson.Default.UploadProgress) is { } state) progress!.Report(state);
        }
    }
}
