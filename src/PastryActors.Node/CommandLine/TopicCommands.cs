using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using PastryActors.Client;

namespace PastryActors.Node.CommandLine;

/// <summary>pastry sub, pub, anycast and topics.</summary>
internal static class TopicCommands
{
    private const int MessageMaxBytes = 1 << 20;

    public static IEnumerable<Command> Build(CommandActions actions) => [Subscribe(actions), Publish(actions), Anycast(actions), Topics(actions)];

    private static Command Subscribe(CommandActions actions)
    {
        var topic = new Argument<string>("TOPIC") { Description = "A topic, or all below one: news/#." };
        var from = new Option<string?>("--from") { HelpName = "SEQ|earliest", Description = "The first number wanted; else what comes from now on." };
        var anycast = new Option<string>("--anycast")
        {
            HelpName = "accept|decline|COUNT",
            Description = "Whether to take messages that are for one subscriber alone, or how many of them.",
            DefaultValueFactory = _ => "decline",
        };
        var count = new Option<long?>("--count") { Description = "End after so many messages." };
        return actions.Set(new Command("sub", "Prints the messages of a topic, a line each.") { topic, from, anycast, count }, async (context, stop) =>
        {
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            string name = context.Get(topic);
            long left = context.Get(count) ?? long.MaxValue;
            if (left <= 0) return;
            IAsyncEnumerable<TopicEvent> events = client.Scribe.SubscribeAsync(
                name, context.Get(from), AnycastsOf(context.Get(anycast)!), next => context.Output.Note($"subscribed to {name}; the next message is {next}"), stop);
            ulong? last = null;
            try
            {
                await foreach (TopicEvent happened in events.ConfigureAwait(false))
                {
                    Print(context.Output, happened, name);
                    last = happened.Sequence ?? last;
                    if (happened.Gap is null && --left == 0) break;
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // That is how a subscription ends.
                NoteLast(context.Output, name, last);
            }
            catch (PastryException)
            {
                NoteLast(context.Output, name, last);
                throw;
            }
        });
    }

    private static void NoteLast(CommandOutput output, string topic, ulong? last) =>
        output.Note(last is null ? $"left {topic}; no message came" : $"left {topic} after message {last}; go on with --from {last + 1}");

    private static void Print(CommandOutput output, TopicEvent happened, string subscribed)
    {
        if (output.Json) output.Out.WriteLine(JsonSerializer.Serialize(happened, PastryJson.Default.TopicEvent));
        else if (happened.Gap is { } gap) output.Note($"gap ({happened.Code}): messages {gap[0]} to {gap[1]} are missing: {happened.Reason}");
        else output.Out.WriteLine($"{happened.Sequence?.ToString(CultureInfo.InvariantCulture) ?? "anycast"}\t{happened.Publisher}{(happened.Topic == subscribed ? "" : "\t" + happened.Topic)}\t{Encoding.UTF8.GetString(happened.Payload ?? [])}");
        output.Out.Flush();
    }

    private static Command Publish(CommandActions actions)
    {
        var topic = new Argument<string>("TOPIC");
        var message = new Argument<string?>("MESSAGE") { Arity = ArgumentArity.ZeroOrOne, Description = "The message; '-' or nothing reads standard input." };
        var lines = new Option<bool>("--lines") { Description = "Publish each line of standard input as a message of its own." };
        return actions.Set(new Command("pub", "Publishes to a topic.") { topic, message, lines }, async (context, stop) =>
        {
            string? text = context.Get(message);
            if (context.Get(lines) && text is not (null or "-")) throw CommandFailedException.Usage("--lines reads standard input; leave MESSAGE out");
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            List<ulong> sequences = [];
            await foreach (byte[] payload in PayloadsAsync(text, context.Get(lines), stop).ConfigureAwait(false))
                sequences.Add((await client.Scribe.PublishAsync(context.Get(topic), payload, stop).ConfigureAwait(false)).Sequence);
            context.Output.Result(new PubResult(context.Get(topic), sequences), CliJson.Default.PubResult, w => sequences.ForEach(s => w.WriteLine(s)));
        });
    }

    private static async IAsyncEnumerable<byte[]> PayloadsAsync(string? text, bool lines, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        if (text is not (null or "-"))
        {
            yield return Encoding.UTF8.GetBytes(text);
            yield break;
        }

        await using Stream input = Console.OpenStandardInput();
        if (!lines)
        {
            yield return await ReadAsync(input, stop).ConfigureAwait(false);
            yield break;
        }

        using var reader = new StreamReader(input, new UTF8Encoding(false));
        while (await reader.ReadLineAsync(stop).ConfigureAwait(false) is { } line) yield return Encoding.UTF8.GetBytes(line);
    }

    private static async Task<byte[]> ReadAsync(Stream input, CancellationToken stop)
    {
        byte[] buffer = new byte[MessageMaxBytes + 1];
        int length = await input.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, stop).ConfigureAwait(false);
        return length > MessageMaxBytes
            ? throw new CommandFailedException("too-large", $"a message has at most {MessageMaxBytes} bytes", "put larger content as a file and publish its fileId")
            : buffer[..length];
    }

    private static int AnycastsOf(string text) => text switch
    {
        "accept" => int.MaxValue,
        "decline" => 0,
        _ => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : throw CommandFailedException.Usage("--anycast is accept, decline or a number of messages"),
    };

    private static Command Anycast(CommandActions actions)
    {
        var topic = new Argument<string>("TOPIC");
        var message = new Argument<string?>("MESSAGE") { Arity = ArgumentArity.ZeroOrOne, Description = "The message; '-' or nothing reads standard input." };
        return actions.Set(new Command("anycast", "Hands a message to one subscriber of a topic that takes it; prints whose node that is.") { topic, message }, async (context, stop) =>
        {
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            await foreach (byte[] payload in PayloadsAsync(context.Get(message), lines: false, stop).ConfigureAwait(false))
            {
                AnycastReceipt receipt = await client.Scribe.AnycastAsync(context.Get(topic), payload, stop).ConfigureAwait(false);
                context.Output.Result(receipt, PastryJson.Default.AnycastReceipt, text => text.WriteLine(receipt.NodeId));
            }
        });
    }

    private static Command Topics(CommandActions actions)
    {
        var topic = new Argument<string?>("TOPIC") { Arity = ArgumentArity.ZeroOrOne };
        return actions.Set(new Command("topics", "The topics whose trees the node is in; with TOPIC, that topic's whole tree.") { topic, Create(actions) }, async (context, stop) =>
        {
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            if (context.Get(topic) is { } name)
            {
                TopicTree tree = await client.Scribe.TreeAsync(name, stop).ConfigureAwait(false);
                context.Output.Result(tree, PastryJson.Default.TopicTree, text => Write(text, tree));
                return;
            }

            TopicList list = await client.Scribe.DescribeAsync(null, stop).ConfigureAwait(false);
            context.Output.Result(list, PastryJson.Default.TopicList, text => CommandOutput.Table(
                text, ["TOPIC", "PARENT", "CHILDREN", "SUBSCRIBERS", "LAST", "DELIVERED", "GAPS"], list.Topics.Select(t => new[]
                {
                    t.Name.Length > 0 ? t.Name : t.TopicId, t.Root ? "root" : t.Parent?.NodeId[..8] ?? "-", $"{t.Children.Count}", $"{t.Subscribers}", $"{t.LastSequence}", $"{t.Delivered}", $"{t.Gaps}",
                })));
        });
    }

    private static void Write(TextWriter text, TopicTree tree)
    {
        CommandOutput.Table(
            text, ["NODE", "CHILDREN", "SUBSCRIBERS", "LAST", "DELIVERED", "GAPS", "DUPLICATES"], InOrder(tree).Select(n => n.Answered
                ? new[] { Indent(n), $"{n.Children.Count}", $"{n.Subscribers}", $"{n.LastSequence}", $"{n.Delivered}", $"{n.Gaps}", $"{n.Duplicates}" }
                : [Indent(n), "no answer", "", "", "", "", ""]));
        string state = tree.Truncated ? "not walked to its end" : tree.Whole ? "whole" : "changing, or broken";
        text.WriteLine($"{tree.Nodes.Count} nodes, {tree.Subscribers} subscriptions, {tree.Depth} hops deep, {state}");

        static string Indent(TopicTreeNode n) => new string(' ', 2 * n.Depth) + n.NodeId[..8];
    }

    /// <summary>Every node before its children, these together.</summary>
    private static IEnumerable<TopicTreeNode> InOrder(TopicTree tree)
    {
        Dictionary<string, TopicTreeNode> nodes = tree.Nodes.ToDictionary(static n => n.NodeId);
        var open = new Stack<string>([tree.Root]);
        while (open.TryPop(out string? next))
        {
            if (!nodes.Remove(next, out TopicTreeNode? node)) continue;
            yield return node;
            foreach (string child in node.Children.Reverse()) open.Push(child);
        }
    }

    private static Command Create(CommandActions actions)
    {
        var topic = new Argument<string>("TOPIC");
        var level = new Option<string?>("--level") { HelpName = "best-effort|ordered", Description = "What is promised of messages; ordered unless said otherwise." };
        var retain = new Option<string?>("--retain") { HelpName = "none|N|DURATION|forever", Description = "How much of the past is kept; none unless said otherwise." };
        var publishers = new Option<string[]>("--publishers") { HelpName = "NODEID,...", Description = "Who may publish; everybody unless said otherwise." };
        var subscribers = new Option<string[]>("--subscribers") { HelpName = "NODEID,...", Description = "Who may subscribe; everybody unless said otherwise." };
        var signed = new Option<bool>("--signed") { Description = "Its messages are signed, and what is not is refused, also where scribe.sign-messages is off." };
        return actions.Set(new Command("create", "Creates a topic, or changes who may use it.") { topic, level, retain, publishers, subscribers, signed }, async (context, stop) =>
        {
            using PastryClient client = await context.ConnectAsync(stop).ConfigureAwait(false);
            var wanted = new TopicDefinition(context.Get(level), context.Get(retain), Listed(context.Get(publishers)), Listed(context.Get(subscribers)), context.Get(signed) ? true : null);
            TopicCreated created = await client.Scribe.CreateAsync(context.Get(topic), wanted, stop).ConfigureAwait(false);
            context.Output.Result(created, PastryJson.Default.TopicCreated, text => text.WriteLine($"{created.Topic}: {created.Settings.Level}, retain {created.Settings.Retain}"));
        });
    }

    private static string[] Listed(string[]? values) => [.. (values ?? []).SelectMany(v => v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
}
