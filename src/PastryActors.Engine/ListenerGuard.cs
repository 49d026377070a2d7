using Microsoft.Extensions.Logging;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Engine;

/// <summary>Calls a host's listener; what it throws is logged, because what the host does with the news cannot have torn the core's state.</summary>
internal sealed class ListenerGuard(INodeListener inner, ILogger log, RingId node) : INodeListener
{
    public void OnReply(Reply reply)
    {
        try
        {
            inner.OnReply(reply);
        }
        catch (Exception e)
        {
            log.ListenerFailed(e, node);
        }
    }

    public void OnFact(in Fact fact)
    {
        try
        {
            inner.OnFact(fact);
        }
        catch (Exception e)
        {
            log.ListenerFailed(e, node);
        }
    }

    public void OnRestarting(Exception reason)
    {
        try
        {
            inner.OnRestarting(reason);
        }
        catch (Exception e)
        {
            log.ListenerFailed(e, node);
        }
    }

    public void OnGivenUp(Exception reason)
    {
        try
        {
            inner.OnGivenUp(reason);
        }
        catch (Exception e)
        {
            log.ListenerFailed(e, node);
        }
    }
}
