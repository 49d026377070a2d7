using PastryActors.Core.Collections;
using PastryActors.Core.Ring;

namespace PastryActors.Scribe.Anycasting;

/// <summary>
/// Groups for other layers of the same node: a group is a topic whose members are asked about every anycast and answer at once, in the node's
/// own thread. Plain calls, made and answered within the event that is being handled.
/// </summary>
public interface IAnycastGroups
{
    /// <summary>Makes this node a member. Nothing, if it is one; a membership that could not be had is lost in silence: join again now and then.</summary>
    /// <param name="takes">Asked about every anycast: who sent it, and what it says. True takes it, and must have done so.</param>
    void Join(string topic, Func<NodeHandle, Blob, bool> takes);

    /// <summary>Ends the membership. Nothing, if there is none.</summary>
    void Leave(string topic);

    /// <summary>Hands a message to one member.</summary>
    /// <param name="done">Told who took it, or null if nobody did in time.</param>
    void Anycast(string topic, Blob payload, TimeSpan timeout, Action<NodeHandle?> done);
}
