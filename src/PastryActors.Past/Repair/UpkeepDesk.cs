using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;
using PastryActors.Past.Requests;
using PastryActors.Pastry.Applications;

namespace PastryActors.Past.Repair;

/// <summary>Says how this node's upkeep is, to its own operator and to nodes that ask; asks others on the operator's behalf. Only the operator steers.</summary>
internal sealed class UpkeepDesk(PastContext context, RepairQueue repairs)
{
    /// <summary>Questions to others open at once; a walk of the ring asks 16.</summary>
    private const int QuestionsMax = 64;

    private HostUpkeep _host = HostUpkeep.Unknown;
    private Instant _notedAt;
    private int _questions;

    /// <summary>Takes a request; false if it is none of these.</summary>
    public bool TryTake(Request request)
    {
        switch (request)
        {
            case SteerRepair steer:
                repairs.Steer(steer);
                context.Host.Reply(new RepairSteered(steer.Id, repairs.Status()));
                return true;
            case NoteUpkeep note:
                (_host, _notedAt) = (note.Host, context.Host.Now);
                context.Host.Reply(new UpkeepNoted(note.Id));
                return true;
            case AskUpkeep ask:
                Ask(ask);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Another node asks.</summary>
    public void Handle(UpkeepMessage question, NodeHandle from) => context.Host.Send(new UpkeepMessage(question.Operation, null, Report(question.About)), from);

    private UpkeepReport Report(FileId? about)
    {
        RepairStatus status = repairs.Status();
        long elapsed = (long)(context.Host.Now - _notedAt).TotalMilliseconds;
        HostUpkeep host = _host.UnixMilliseconds == 0 ? _host : _host with { UnixMilliseconds = _host.UnixMilliseconds + elapsed };
        return new UpkeepReport(
            status.Activity, status.UnderReplicated, status.NoRoom, status.Examples, about is { } id ? repairs.TroubleOf(id) : RepairTrouble.None, context.Neighbours.Advice, host);
    }

    private void Ask(AskUpkeep ask)
    {
        if (ask.Peer.Id == context.Host.Self.Id)
        {
            context.Host.Reply(new UpkeepTold(ask.Id, context.Host.Self, Report(ask.About)));
        }
        else if (_questions >= QuestionsMax)
        {
            context.Host.Report(new Fact(FactKind.Dropped, ask.Peer.Id, QuestionsMax));
            context.Host.Reply(new Failed(ask.Id, FailureCode.Busy, $"{_questions} nodes are being asked"));
        }
        else
        {
            _questions++;
            var question = new Question(context, this, ask);
            context.Operations.Open(question);
            question.Begin();
        }
    }

    private sealed class Question(PastContext context, UpkeepDesk desk, AskUpkeep ask) : Operation(context)
    {
        public void Begin()
        {
            Context.Host.Send(new UpkeepMessage(Id, ask.About, null), ask.Peer);
            WakeAt(Context.Host.Now + ask.Timeout);
        }

        /// <inheritdoc/>
        public override void Heard(PastAnswer answer, in RoutedMessage message)
        {
            if (message.Source.Id == ask.Peer.Id && answer is UpkeepMessage { Report: { } report }) End(new UpkeepTold(ask.Id, message.Source, report));
        }

        /// <inheritdoc/>
        public override void Woke() => End(new Failed(ask.Id, FailureCode.TimedOut, $"node {ask.Peer.Id} did not answer"));

        /// <inheritdoc/>
        public override void PeerFailed(RingId peer)
        {
            if (peer == ask.Peer.Id) End(new Failed(ask.Id, FailureCode.Unreachable, $"node {peer} failed"));
        }

        private void End(Reply reply)
        {
            if (!IsOpen) return;
            Close();
            desk._questions--;
            Context.Host.Reply(reply);
        }
    }
}
