using System.CommandLine;
using PastryActors.Client;
using PastryActors.Node.Cluster;

namespace PastryActors.Node.CommandLine;

/// <summary>What every command has: its arguments, where to speak, and a way to a node.</summary>
internal sealed class CommandContext(ParseResult arguments, CommandOutput output)
{
    /// <summary>Results and everything else.</summary>
    public CommandOutput Output { get; } = output;

    /// <summary>The state folder of the local cluster.</summary>
    public ClusterFolder Folder { get; } = new(arguments.GetValue(GlobalOptions.Dir)!);

    /// <summary>Whether a node is named to speak with.</summary>
    public bool NamesNode => arguments.GetValue(GlobalOptions.Node) is not null;

    /// <summary>What is said when Ctrl-C ends the command: what was done, and how to go on.</summary>
    public string WhenStopped { get; set; } = "";

    /// <summary>The node that --node names; null for one of the local cluster.</summary>
    public Uri? NamedNode => arguments.GetValue(GlobalOptions.Node) is { } url ? NodeLocator.UrlOf(url) : null;

    /// <summary>The value of an argument.</summary>
    public T Get<T>(Argument<T> argument) => arguments.GetValue(argument)!;

    /// <summary>The value of an option.</summary>
    public T? Get<T>(Option<T> option) => arguments.GetValue(option);

    /// <summary>A client of a node; the caller disposes of it.</summary>
    public Task<PastryClient> ConnectAsync(CancellationToken cancellation) => Locator.FindAsync(cancellation);

    /// <summary>A client of the node at a URL.</summary>
    public PastryClient Connect(Uri node) => Locator.Connect(node);

    /// <summary>A client of every running node of the local cluster where <see cref="GlobalOptions.All"/> asks for it, else of one; the caller disposes of them.</summary>
    public async Task<IReadOnlyList<PastryClient>> ConnectToAllAsync(CancellationToken cancellation)
    {
        if (!Get(GlobalOptions.All)) return [await ConnectAsync(cancellation).ConfigureAwait(false)];
        ClusterState state = Folder.Read() ?? throw new CommandFailedException("no-node", $"there is no cluster in {Folder.FullPath}", "--all is for a local cluster; ask others with --node URL");
        return [.. state.Nodes.Where(n => n.Alive).Select(n => Connect(new Uri(n.Http)))];
    }

    private NodeLocator Locator => new(
        arguments.GetValue(GlobalOptions.Node), Folder, arguments.GetValue(GlobalOptions.Token) ?? Environment.GetEnvironmentVariable("PASTRY_TOKEN"));
}
