using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Operations;

namespace PastryActors.Past.Requesting;

/// <summary>A request of this node's applications: rounds that end with one answer, at the request's deadline at the latest.</summary>
internal abstract class RequestOperation(PastContext context, RequestDesk desk, Request request, RingId key) : RoundOperation(context, key, request.Timeout)
{
    protected RequestDesk Desk => desk;

    protected long RequestId => request.Id;

    protected void Finish(Reply reply)
    {
        if (!IsOpen) return;
        Close();
        desk.Closed();
        Context.Host.Reply(reply);
    }

    protected void Fail(FailureCode code, string detail) => Finish(new Failed(RequestId, code, detail));
}
