using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Engine;

namespace PastryActors.Tcp.Connections;

/// <summary>
/// Carries out sends: to a node of this process by handing the message over, to any other by the connection that leads there, or by
/// making one. Never blocks; whatever cannot be sent is counted.
/// </summary>
internal sealed class Courier(EngineContext context, ConnectionTable table, Dialer dialer)
{
    /// <summary>Sends one message. Messages of one lane from one node to another keep their order.</summary>
    /// <param name="turn">Takes the connection that the message was put on: its loop is to be woken from there.</param>
    public void Send(TcpNode from, NodeHandle to, Message message, ContentRef? content, Lane lane, TraceParent? trace, TurnSends turn)
    {
        if (context.Nodes.TryGet(from, to, out TcpNode? local))
        {
            Interlocked.Increment(ref context.Tally.MessagesLocal);
            local.AcceptLocal(from.Handle, message, content, lane, trace);
            return;
        }

        if (!IsSendable(content, out MemoryContent? bytes))
        {
            context.DeadLetters.Add(DeadLetterReason.NotSendable, message, to);
            return;
        }

        // A connection may end, or a dial be finished, between the look and the leap; then it is looked up again.
        while (true)
        {
            SendOutcome outcome = table.TryGetRoute(to, lane, out Route? route)
                ? turn.TrySend(route!.Connection, new SendItem(from, route.Index, message, bytes, trace))
                : dialer.TryEnqueue(new PendingSend(from, to, message, bytes, trace), lane);
            if (outcome == SendOutcome.Queued) return;
            if (outcome == SendOutcome.Closed) continue;
            context.DeadLetters.Add(DeadLetterReason.SendQueueFull, message, to);
            return;
        }
    }

    private bool IsSendable(ContentRef? content, out MemoryContent? bytes)
    {
        bytes = content as MemoryContent;
        return content is null || (bytes is not null && bytes.Length <= context.Options.ContentBytesMax);
    }
}
