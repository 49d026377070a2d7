namespace PastryActors.Client;

/// <summary>
/// The body of a response, which closes the response with it. A connection that breaks, and one that is silent for too long, is an
/// <see cref="IOException"/>: without the second, the reader of a machine that lost its power would wait for ever.
/// </summary>
internal sealed class ResponseStream : ReadOnlyStream
{
    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly TimeSpan _silenceMax;
    private readonly TimeProvider _time;
    private CancellationTokenSource? _limit;

    private ResponseStream(HttpResponseMessage response, Stream body, PastryClientOptions options) =>
        (_response, _body, _silenceMax, _time) = (response, body, options.SilenceMax, options.Time);

    /// <summary>The body of a response that has its headers.</summary>
    public static async Task<ResponseStream> OfAsync(HttpResponseMessage response, PastryClientOptions options, CancellationToken cancellation) =>
        new(response, await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false), options);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        CancellationTokenSource limit = Limit();
        using CancellationTokenRegistration caller = cancellationToken.UnsafeRegister(static l => ((CancellationTokenSource)l!).Cancel(), limit);
        try
        {
            return await _body.ReadAsync(buffer, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new IOException($"nothing came for {_silenceMax.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException broken)
        {
            throw new IOException(broken.Message, broken);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _response.Dispose();
            _limit?.Dispose();
        }

        base.Dispose(disposing);
    }

    // One source serves read after read, as long as none was cut off by it.
    private CancellationTokenSource Limit()
    {
        if (_limit?.TryReset() != true)
        {
            _limit?.Dispose();
            _limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        }

        _limit.CancelAfter(_silenceMax);
        return _limit;
    }
}
