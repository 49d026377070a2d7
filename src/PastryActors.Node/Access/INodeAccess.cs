using PastryActors.Core.Driving;

namespace PastryActors.Node.Access;

/// <summary>What the gateway and the file pipelines may ask of the node in this process, whichever engine runs it. Safe for any thread.</summary>
public interface INodeAccess
{
    /// <summary>
    /// Asks once and waits for the one answer. The answer may be a <see cref="Failed"/>; it always comes, at the latest a little after
    /// the request's own timeout.
    /// </summary>
    /// <param name="make">Makes the request from the id chosen for it.</param>
    /// <param name="cancellation">Stops the waiting, not what the request set in motion.</param>
    Task<Reply> AskAsync(Func<long, Request> make, CancellationToken cancellation);

    /// <summary>
    /// Asks for a stream of answers. It ends by a <see cref="RequestFailedException"/> that says why, or when the reader stops, which
    /// is when <paramref name="close"/> is asked of the node. A reader slower than the stream is cut off (<see cref="FailureCode.Busy"/>).
    /// </summary>
    /// <param name="open">Makes the opening request from the id chosen for it.</param>
    /// <param name="close">Makes the closing request from its own id and that of the opening one.</param>
    /// <param name="cancellation">Ends the stream.</param>
    IAsyncEnumerable<Reply> StreamAsync(Func<long, Request> open, Func<long, long, Request> close, CancellationToken cancellation);

    /// <summary>The node as it is now, read on its own mailbox.</summary>
    Task<NodeStatus> StatusAsync(CancellationToken cancellation);
}

/// <summary>Asking with an expected kind of answer.</summary>
public static class NodeAccessExtensions
{
    /// <summary>Asks for one kind of answer; a <see cref="Failed"/> becomes a <see cref="RequestFailedException"/>.</summary>
    public static async Task<TReply> AskAsync<TReply>(this INodeAccess node, Func<long, Request> make, CancellationToken cancellation)
        where TReply : Reply =>
        await node.AskAsync(make, cancellation).ConfigureAwait(false) switch
        {
            TReply expected => expected,
            Failed failed => throw RequestFailedException.Of(failed),
            var other => throw new InvalidOperationException($"expected {typeof(TReply).Name}, the node answered {other.GetType().Name}"),
        };
}
