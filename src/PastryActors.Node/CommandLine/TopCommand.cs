using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using PastryActors.Client;
using PastryActors.Node.Cluster;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace PastryActors.Node.CommandLine;

/// <summary>One node as "top" shows it.</summary>
/// <param name="State">active, joining, or dead.</param>
/// <param name="MessagesPerSecond">Sent, since the view before.</param>
/// <param name="BytesPerSecond">Sent, since the view before.</param>
public sealed record TopNode(string Http, string NodeId, string State, int LeafSet, long Objects, long Bytes, long CapacityBytes, int Mailbox, double MessagesPerSecond, double BytesPerSecond);

/// <summary>What "top" shows at one moment.</summary>
public sealed record TopView(IReadOnlyList<TopNode> Nodes);

/// <summary>pastry top: every node of the local cluster, or the one named, with its load as it is now.</summary>
internal static class TopCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly string[] Headings = ["NODE", "HTTP", "STATE", "LEAF SET", "OBJECTS", "STORE", "MAILBOX", "MSG/S", "KIB/S"];

    public static Command Build(CommandActions actions)
    {
        var count = new Option<long?>("--count") { Description = "End after so many views; else one with --json, and elsewhere never." };
        count.Must(value => value is null or > 0, "--count must be at least 1");
        return actions.Set(new Command("top", "The nodes and their load, again each second.") { count }, async (context, stop) =>
        {
            Uri[] nodes = context.NamedNode is { } named ? [named] : [.. Known(context).Nodes.Select(n => new Uri(n.Http))];
            var sampler = new Sampler(nodes, context.Connect);
            // Rates want two looks: the first shows none.
            await LiveView.RunAsync(
                context.Output, context.Get(count) ?? (context.Output.Json ? 1 : long.MaxValue), sampler.LookAsync, Draw,
                (text, view) => context.Output.Result(view, CliJson.Default.TopView, lines => CommandOutput.Table(lines, Headings, view.Nodes.Select(Cells))), stop).ConfigureAwait(false);
        });
    }

    private static ClusterState Known(CommandContext context) => context.Folder.Read()
        ?? throw new CommandFailedException("no-node", $"no node is named, and there is no cluster in {context.Folder.FullPath}", "name one with --node URL, or start a cluster: pastry cluster up");

    private static IRenderable Draw(TopView view) => LiveView.Table(Headings, view.Nodes.Select(n => (Cells(n), n.State switch { "active" => "default", "joining" => "yellow", _ => "red" })));

    private static string[] Cells(TopNode n) =>
    [
        n.NodeId.Length > 8 ? n.NodeId[..8] : "-", n.Http, n.State, $"{n.LeafSet}", $"{n.Objects}",
        n.CapacityBytes == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{n.Bytes >> 20} of {n.CapacityBytes >> 20} MiB"), $"{n.Mailbox}",
        n.MessagesPerSecond.ToString("0", CultureInfo.InvariantCulture), (n.BytesPerSecond / 1024).ToString("0", CultureInfo.InvariantCulture),
    ];

    /// <summary>Looks at nodes and remembers the look before, for rates.</summary>
    private sealed class Sampler(Uri[] nodes, Func<Uri, PastryClient> connect)
    {
        private readonly Dictionary<Uri, (long At, long Messages, long Bytes)> _before = [];

        public async Task<TopView> LookAsync(CancellationToken stop) => new(await Task.WhenAll(nodes.Select(node => LookAsync(node, stop))).ConfigureAwait(false));

        private async Task<TopNode> LookAsync(Uri url, CancellationToken stop)
        {
            using PastryClient client = connect(url);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(Patience);
            try
            {
                return Describe(url, await client.Overlay.StatusAsync(limit.Token).ConfigureAwait(false));
            }
            catch (Exception e) when (e is PastryException || (e is OperationCanceledException && !stop.IsCancellationRequested))
            {
                return new TopNode(url.GetLeftPart(UriPartial.Authority), "", "dead", 0, 0, 0, 0, 0, 0, 0);
            }
        }

        private TopNode Describe(Uri url, NodeDescription n)
        {
            long messages = Sum(n, "control_messages_sent", "bulk_messages_sent");
            long bytes = Sum(n, "control_bytes_sent", "bulk_bytes_sent");
            (double messageRate, double byteRate) = Rates(url, messages, bytes);
            int leafs = n.LeafSetLeft.Concat(n.LeafSetRight).DistinctBy(p => p.NodeId).Count();
            return new TopNode(
                url.GetLeftPart(UriPartial.Authority), n.NodeId, n.Active ? "active" : "joining", leafs, n.Files, n.Bytes, n.CapacityBytes, n.MailboxDepth, messageRate, byteRate);
        }

        private (double Messages, double Bytes) Rates(Uri url, long messages, long bytes)
        {
            lock (_before)
            {
                bool known = _before.TryGetValue(url, out var before);
                _before[url] = (Stopwatch.GetTimestamp(), messages, bytes);
                // Less than before: the process started again.
                if (!known || messages < before.Messages) return (0, 0);
                double seconds = Math.Max(Stopwatch.GetElapsedTime(before.At).TotalSeconds, 0.001);
                return (Math.Round((messages - before.Messages) / seconds, 1), Math.Round((bytes - before.Bytes) / seconds, 1));
            }
        }

        private static long Sum(NodeDescription n, params string[] counters) => counters.Sum(c => n.Counters.GetValueOrDefault(c));
    }
}
