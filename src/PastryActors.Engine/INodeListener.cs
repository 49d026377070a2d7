using PastryActors.Core.Driving;

namespace PastryActors.Engine;

/// <summary>
/// What the host hears from a node. All calls come on the node's actor thread, one at a time, and must return at once; an exception
/// is logged and costs nothing else.
/// </summary>
public interface INodeListener
{
    /// <summary>The node answers a request.</summary>
    void OnReply(Reply reply);

    /// <summary>The node reports a fact.</summary>
    void OnFact(in Fact fact);

    /// <summary>The core failed and is replaced by a fresh one: requests that were open get no answer any more.</summary>
    void OnRestarting(Exception reason);

    /// <summary>The core failed too often and the node is stopped. A host that has nothing else to do should end with a code other than 0.</summary>
    void OnGivenUp(Exception reason);
}
