using System.Text.Json;
using PastryActors.Client;

namespace PastryActors.Node.CommandLine;

/// <summary>Where a watched stream goes: its bytes to standard output, or with --json a line an event; all else is told beside it.</summary>
internal sealed class WatchSink(CommandOutput output) : IAsyncDisposable
{
    private Stream? _raw;

    /// <summary>Blocks that are not in what was written.</summary>
    public ulong Missing { get; private set; }

    public async Task TakeAsync(ChannelEvent happened, CancellationToken stop)
    {
        if (happened.Gap is { } gap) Missing += gap[1] - gap[0] + 1;
        if (output.Json)
        {
            output.Out.WriteLine(JsonSerializer.Serialize(happened, PastryJson.Default.ChannelEvent));
            await output.Out.FlushAsync(stop).ConfigureAwait(false);
        }
        else if (happened.Payload is { } payload)
        {
            _raw ??= output.Raw();
            await _raw.WriteAsync(payload, stop).ConfigureAwait(false);
            await _raw.FlushAsync(stop).ConfigureAwait(false);
        }
        else
        {
            output.Note(TextOf(happened));
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _raw?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static string TextOf(ChannelEvent happened) => happened.Kind switch
    {
        "watching" => $"watching {happened.Channel}; {happened.Stripes} stripes come in",
        "began" => $"a stream of node {happened.Publisher} comes in from block {happened.Block} on",
        "gap" => $"gap: blocks {happened.Gap![0]} to {happened.Gap[1]} are missing: {happened.Reason}",
        "ended" => happened.Complete == true ? $"the stream ended with block {happened.Block}" : $"the stream was broken off after block {happened.Block}",
        var kind => kind,
    };
}
