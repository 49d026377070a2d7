using PastryActors.Core.Driving;

namespace PastryActors.Node.Access;

/// <summary>A request that the node, or the ring behind it, refused or could not fulfil.</summary>
/// <param name="code">Stable, for programs.</param>
/// <param name="detail">For people: what was refused, by whom, and what would help.</param>
public sealed class RequestFailedException(FailureCode code, string detail) : Exception(detail)
{
    /// <summary>Why, for programs.</summary>
    public FailureCode Code { get; } = code;

    /// <summary>The answer of a node as an exception.</summary>
    public static RequestFailedException Of(Failed failed) => new(failed.Code, failed.Detail);
}
