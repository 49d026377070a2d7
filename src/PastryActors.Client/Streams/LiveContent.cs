using System.Net;
using System.Net.Http.Headers;

namespace PastryActors.Client;

/// <summary>Content of a stream that is sent as it comes: the usual one waits until a buffer is full. Leaves the stream open.</summary>
internal sealed class LiveContent : HttpContent
{
    private const int BufferBytes = 64 * 1024;

    private readonly Stream _input;

    public LiveContent(Stream input)
    {
        _input = input;
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The request's own headers are sent at once too: whoever publishes nothing yet has the channel all the same.
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        byte[] buffer = new byte[BufferBytes];
        while (await _input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read and > 0)
        {
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
