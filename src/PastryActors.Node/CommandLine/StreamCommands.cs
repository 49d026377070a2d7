using System.CommandLine;
using System.Globalization;
using PastryActors.Client;
using PastryActors.Hocon.Units;

namespace PastryActors.Node.CommandLine;

/// <summary>pastry stream publish, watch and status.</summary>
internal static class StreamCommands
{
    public static Command Build(CommandActions actions) =>
        new("stream", "Streams for many receivers: one channel over 16 trees.") { Publish(actions), Watch(actions), Status(actions) };

    private static Command Publish(CommandActions actions)
    {
        var channel = new Argument<string>("CHANNEL");
        var path = new Argument<string>("PATH") { Description = "A file; '-' or nothing reads standard input.", DefaultValueFactory = _ => "-" };
        var rate = new Option<string?>("--rate") { HelpName = "BYTES", Description = "Bytes a second at most; else what the node allows." };
        rate.Must(text => text is null || RateOf(text) is not null, "--rate is a size such as 500KiB, of a byte at least");
        return actions.Set(new Command("publish", "Publishes a file, or standard input as it comes, to whoever watches the channel then.") { channel, path, rate }, async (context, stop) =>
        {
            await using Stream input = Open(context.Get(path)!);
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            StreamReceipt receipt = await client.Streams.PublishAsync(context.Get(channel)!, input, RateOf(context.Get(rate)), stop).ConfigureAwait(false);
            context.Output.Result(receipt, PastryJson.Default.StreamReceipt, text => text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{receipt.Bytes} bytes in {receipt.Blocks} blocks")));
        });
    }

    private static Command Watch(CommandActions actions)
    {
        var channel = new Argument<string>("CHANNEL");
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with the next stream where one ends." };
        return actions.Set(new Command("watch", "Writes a channel's stream to standard output, until it ends; what is missing is told on standard error.") { channel, follow }, async (context, stop) =>
        {
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            await using var sink = new WatchSink(context.Output);
            try
            {
                await foreach (ChannelEvent happened in client.Streams.WatchAsync(context.Get(channel)!, stop).ConfigureAwait(false))
                {
                    await sink.TakeAsync(happened, stop).ConfigureAwait(false);
                    if (happened.Kind == "ended" && !context.Get(follow)) break;
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // That is how a watch ends that follows.
            }

            if (sink.Missing > 0) throw new CommandFailedException("incomplete", $"{sink.Missing} blocks are missing from what was written", "a stream is of the moment: what was not received then cannot be had later");
        });
    }

    private static Command Status(CommandActions actions)
    {
        var channel = new Argument<string?>("CHANNEL") { Arity = ArgumentArity.ZeroOrOne };
        return actions.Set(new Command("status", "The channels that the node takes part in; with CHANNEL, its stripes.") { channel }, async (context, stop) =>
        {
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            ChannelList list = await client.Streams.DescribeAsync(context.Get(channel), stop).ConfigureAwait(false);
            context.Output.Result(list, PastryJson.Default.ChannelList, text => Write(text, list, context.Get(channel) is not null));
        });
    }

    private static void Write(TextWriter text, ChannelList list, bool byStripe)
    {
        if (byStripe)
        {
            CommandOutput.Table(text, ["STRIPE", "PLACE", "PARENT", "CHILDREN", "LAST"], list.Channels.SelectMany(static c => c.Stripes).Select(static s => new[] { $"{s.Index:x}", s.Place, s.Parent?.NodeId[..8] ?? "-", $"{s.Children.Count}", $"{s.Last}" }));
        }
        else
        {
            CommandOutput.Table(text, ["CHANNEL", "WATCHERS", "STRIPES", "CHILDREN", "DELIVERED", "LOST"], list.Channels.Select(static c => new[]
            {
                c.Name.Length > 0 ? c.Name : c.ChannelId, $"{c.Watchers}", $"{c.Stripes.Count(static s => s.Place is not ("out" or "joining"))}", $"{c.Stripes.Sum(static s => s.Children.Count)}", $"{c.Delivered}", $"{c.Lost}",
            }));
        }

        text.WriteLine($"serves {list.Children} children of {list.Offer} that it offers");
    }

    private static Stream Open(string path)
    {
        if (path == "-") return Console.OpenStandardInput();
        try
        {
            return new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException("unreadable", $"{path}: {e.Message}");
        }
    }

    private static long? RateOf(string? text) => text is not null && Sizes.TryParse(text, out long bytes) && bytes > 0 ? bytes : null;
}
