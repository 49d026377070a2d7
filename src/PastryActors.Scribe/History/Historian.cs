using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;
using PastryActors.Scribe.Root;
using PastryActors.Scribe.Topics;

namespace PastryActors.Scribe.History;

/// <summary>Tells at a topic's root where its past is: in history, or here in the log. Takes HistoryRequest.</summary>
internal sealed class Historian(ScribeContext context)
{
    public void OnRequest(NodeHandle from, HistoryRequest request)
    {
        // Whoever is no root says nothing, and is asked no more when the asker learns of another.
        if (context.Topics.Find(request.Topic) is not { Office: { IsServing: true } office } topic) return;
        if (!topic.Settings.MaySubscribe(from.Id) && from.Id != context.Self.Id)
        {
            context.Report(FactKind.MessageRefused, from.Id);
            return;
        }

        office.LastUsed = context.Now;
        HistoryAnswer answer = Find(topic, office, request);
        context.Send(answer, from, BatchCost.Of(answer.Items));
    }

    private HistoryAnswer Find(TopicNode topic, RootOffice office, HistoryRequest request)
    {
        var nothing = new HistoryAnswer(topic.Id, request.Nonce, office.Confirmed, null, 0, default);
        SegmentRef? segment = office.Group.Record.History.Find(request.From);
        bool isHere = office.Log.TryRead(request.From, out Batch run, office.Confirmed, context.Options.BatchBytesMax)
            && (run.First <= request.From || segment is null || segment.First >= run.First);
        return isHere ? nothing with { First = run.First, Items = run.Items } : nothing with { Segment = segment };
    }
}
