using PastryActors.Client;
using PastryActors.Node.Cluster;

namespace PastryActors.Node.CommandLine;

/// <summary>Finds a node to speak with: the one named, or one of the local cluster that answers.</summary>
internal sealed class NodeLocator(string? url, ClusterFolder folder, string? token)
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);

    /// <summary>A client of a node that is ready. The caller disposes of it.</summary>
    public async Task<PastryClient> FindAsync(CancellationToken cancellation)
    {
        if (url is not null) return Connect(UrlOf(url));
        ClusterState state = folder.Read() ?? throw new CommandFailedException(
            "no-node", $"no node is named, and there is no cluster in {folder.FullPath}", "name one with --node URL, or start a cluster: pastry cluster up");
        foreach (ClusterNode node in state.Nodes.Where(n => n.Alive))
        {
            PastryClient client = Connect(new Uri(node.Http));
            if (await IsReadyAsync(client, cancellation).ConfigureAwait(false)) return client;
            client.Dispose();
        }

        throw new CommandFailedException("no-node", $"none of the {state.Nodes.Count} nodes of the cluster in {folder.FullPath} is ready", "see: pastry cluster status; pastry doctor");
    }

    /// <summary>A client of the node at a URL. It does not try again: a person is told at once, and decides.</summary>
    public PastryClient Connect(Uri node) => new(new PastryClientOptions { Nodes = [node], Token = token, AttemptsMax = 1 });

    private static async Task<bool> IsReadyAsync(PastryClient client, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(ProbeTimeout);
        try
        {
            return (await client.Overlay.StatusAsync(deadline.Token).ConfigureAwait(false)).Active;
        }
        catch (Exception e) when (e is PastryException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>The URL that was given, with or without its scheme.</summary>
    public static Uri UrlOf(string text)
    {
        string full = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        return Uri.TryCreate(full, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
            ? uri!
            : throw CommandFailedException.Usage($"--node wants a URL such as http://127.0.0.1:9001, not \"{text}\"");
    }
}
