using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Engine;

/// <summary>
/// What runs the nodes of one process and carries their messages to those of others, as the host sees it. How an engine must drive a
/// core stands in <see cref="INodeCore"/>; what a host may rely on beyond it, in tests/Engines, which every engine passes unchanged.
/// Disposing of it stops its nodes, takes leave of the peers, and leaves nothing behind. Safe for any thread.
/// </summary>
public interface IEngine : IAsyncDisposable
{
    /// <summary>The address of every node of this engine, as peers know it. Only engines of the same kind can read it.</summary>
    string AdvertisedAddress { get; }

    /// <summary>
    /// Addresses where nodes of the ring may be found, beside those that the host was configured with: what the engine knows by itself, now.
    /// </summary>
    IReadOnlyList<string> ContactPoints { get; }

    /// <summary>The messages that reached nobody, by reason, with examples.</summary>
    DeadLetters DeadLetters { get; }

    /// <summary>
    /// Asked when something other than the host stops the engine in an orderly way, before any connection is closed: the place to have nodes leave.
    /// Never called by an engine that only the host can stop.
    /// </summary>
    Func<Task>? Leaving { get; set; }

    /// <summary>Runs one more node. Its core is made and started on its own thread, at once.</summary>
    /// <exception cref="InvalidOperationException">The node runs here already, or there are as many as may be.</exception>
    IEngineNode AddNode(NodeSettings settings);

    /// <summary>Adds what the engine counts since its start, by name: lower case, words joined by underscores.</summary>
    void AddTo(IDictionary<string, long> counters);
}

/// <summary>One node of an engine, as its host sees it: takes requests, tells about itself, and can be stopped. Safe for any thread.</summary>
public interface IEngineNode
{
    /// <summary>The node as peers know it. The incarnation grows when a failed core is replaced.</summary>
    NodeHandle Handle { get; }

    /// <summary>Messages that wait in the mailbox.</summary>
    int MailboxDepth { get; }

    /// <summary>Timers that are pending.</summary>
    int PendingTimers { get; }

    /// <summary>Whether the node takes no more messages: stopped, or given up.</summary>
    bool IsStopped { get; }

    /// <summary>Hands a request to the node; false if its mailbox is too full for requests, or it has stopped.</summary>
    bool Post(Request request);

    /// <summary>
    /// Runs <paramref name="read"/> on the node's thread, between events, to look at the core's state. It must be quick and change
    /// nothing. What it throws reaches the caller alone.
    /// </summary>
    /// <exception cref="TimeoutException">The node was not ready within <paramref name="timeout"/>, or its mailbox is full.</exception>
    /// <exception cref="InvalidOperationException">The node has stopped.</exception>
    Task<TResult> QueryAsync<TResult>(Func<INodeCore, TResult> read, TimeSpan timeout);

    /// <summary>
    /// Stops the node: it handles nothing more, and peers are told that it is gone. Completes when its thread has let go of the core.
    /// A core that leaves politely must have been asked to do so before.
    /// </summary>
    Task StopAsync();
}
