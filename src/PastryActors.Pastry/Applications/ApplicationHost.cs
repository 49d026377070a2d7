using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Pastry.Messages;
using PastryActors.Pastry.Requests;
using PastryActors.Pastry.Tables;

namespace PastryActors.Pastry.Applications;

/// <summary>
/// Applications of one's own on a node: hands each <see cref="ApplicationMessage"/> to the one whose name it bears, and begins routes and sends
/// that the process asks for. In: hooks, <see cref="RouteApplicationMessage"/>, <see cref="SendApplicationMessage"/>. Out: the hooks of the
/// applications, routes, sends. Every node has one, so that a node passes messages on for applications that it does not run itself.
/// </summary>
public sealed class ApplicationHost : IPastryComponent
{
    private readonly SortedDictionary<uint, IPastryApplication> _applications = [];
    private IPastryHost _host = null!;

    /// <param name="applications">By the numbers of their names; <see cref="ArgumentException"/> if two are the same.</param>
    public ApplicationHost(IEnumerable<KeyValuePair<uint, IPastryApplication>> applications)
    {
        foreach ((uint number, IPastryApplication application) in applications) _applications.Add(number, application);
    }

    /// <inheritdoc/>
    public IEnumerable<MessageKind> Kinds => [new(ApplicationMessage.Number, nameof(ApplicationMessage), ApplicationMessage.Read)];

    /// <inheritdoc/>
    public void Attach(IPastryHost host) => _host = host;

    /// <summary>A message for an application that does not run here goes on as it came.</summary>
    public bool Forward(ref RoutedMessage message, ref NodeHandle next) => Find(message) is not { } application || application.Forward(ref message, ref next);

    /// <inheritdoc/>
    public void Deliver(in RoutedMessage message)
    {
        if (Find(message) is { } application) application.Deliver(message);
        else _host.Report(new Fact(FactKind.MessageRefused, message.Source.Id, ApplicationMessage.Number));
    }

    /// <inheritdoc/>
    public void NewLeafs(LeafSetView leafs)
    {
        foreach (IPastryApplication application in _applications.Values) application.NewLeafs(leafs);
    }

    /// <inheritdoc/>
    public bool OnRequest(Request request)
    {
        switch (request)
        {
            case RouteApplicationMessage route: _host.Route(route.Message, route.Key); break;
            case SendApplicationMessage send: _host.Send(send.Message, send.To); break;
            default: return false;
        }

        _host.Reply(new ApplicationMessageTaken(request.Id));
        return true;
    }

    /// <inheritdoc/>
    public void Started()
    {
    }

    /// <inheritdoc/>
    public void ActiveChanged(bool active)
    {
    }

    /// <inheritdoc/>
    public void OnTimer(NodeTimer timer) => throw new ArgumentOutOfRangeException(nameof(timer), timer, "this component has no timers");

    /// <inheritdoc/>
    public void OnWorkDone(WorkResult result) => throw new ArgumentOutOfRangeException(nameof(result), result, "this component asks no workers");

    /// <inheritdoc/>
    public void PeerFailed(NodeHandle peer)
    {
    }

    private IPastryApplication? Find(in RoutedMessage message) =>
        message.Payload is ApplicationMessage known && _applications.TryGetValue(known.Application, out IPastryApplication? application) ? application : null;
}
