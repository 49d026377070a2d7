using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Applications;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Tests.Node;

/// <summary>A request that the recorder knows.</summary>
internal sealed record Known(long Id, TimeSpan Timeout) : Request(Id, Timeout);

/// <summary>A request about one of before that the recorder knows.</summary>
internal sealed record Later(long Id, TimeSpan Timeout) : FollowUp(Id, Timeout);

/// <summary>A component that writes down what it is called for.</summary>
internal sealed class Recorder : IPastryComponent
{
    public List<string> Calls { get; } = [];

    public IPastryHost Host { get; private set; } = null!;

    public IEnumerable<MessageKind> Kinds => [new(ApplicationMessage.Number, nameof(ApplicationMessage), ApplicationMessage.Read)];

    public void Attach(IPastryHost host) => Host = host;

    public void Started() => Calls.Add("started");

    public void ActiveChanged(bool active) => Calls.Add(active ? "active" : "inactive");

    public void OnTimer(NodeTimer timer) => Calls.Add($"timer {timer.Owner} {timer.Kind} {timer.Argument}");

    public void OnWorkDone(WorkResult result) => Calls.Add($"work {result.Id}");

    public bool OnRequest(Request request)
    {
        if (request is not (Known or Later)) return false;
        Calls.Add($"request {request.Id}");
        return true;
    }

    public void PeerFailed(NodeHandle peer) => Calls.Add($"peer failed {peer.Address}");

    public bool Forward(ref RoutedMessage message, ref NodeHandle next) => true;

    public void Deliver(in RoutedMessage message) =>
        Calls.Add($"deliver {((ApplicationMessage)message.Payload).Application}{(message.Direct ? " direct" : "")}");

    public void NewLeafs(LeafSetView leafs) => Calls.Add($"leafs {leafs.Count}");
}
