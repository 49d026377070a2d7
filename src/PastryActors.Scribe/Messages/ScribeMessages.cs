using PastryActors.Core.Wire;

namespace PastryActors.Scribe.Messages;

/// <summary>The closed set of Scribe's messages (docs/protocol-scribe.md).</summary>
public static class ScribeMessages
{
    /// <summary>Every kind, for the codec of the process.</summary>
    public static IReadOnlyList<MessageKind> Kinds { get; } =
    [
        new(JoinTopic.Number, nameof(JoinTopic), JoinTopic.Read),
        new(JoinAccepted.Number, nameof(JoinAccepted), JoinAccepted.Read),
        new(JoinRedirected.Number, nameof(JoinRedirected), JoinRedirected.Read),
        new(LeaveTopic.Number, nameof(LeaveTopic), LeaveTopic.Read),
        new(NotYourParent.Number, nameof(NotYourParent), NotYourParent.Read),
        new(TreeHeartbeat.Number, nameof(TreeHeartbeat), TreeHeartbeat.Read),
        new(ChildAlive.Number, nameof(ChildAlive), ChildAlive.Read),
        new(Multicast.Number, nameof(Multicast), Multicast.Read),
        new(ResendRequest.Number, nameof(ResendRequest), ResendRequest.Read),
        new(ResendMissing.Number, nameof(ResendMissing), ResendMissing.Read),
        new(LocateRoot.Number, nameof(LocateRoot), LocateRoot.Read),
        new(RootIs.Number, nameof(RootIs), RootIs.Read),
        new(PublishItems.Number, nameof(PublishItems), PublishItems.Read),
        new(PublishAnswer.Number, nameof(PublishAnswer), PublishAnswer.Read),
        new(TopicRefused.Number, nameof(TopicRefused), TopicRefused.Read),
        new(NotRoot.Number, nameof(NotRoot), NotRoot.Read),
        new(ReplicaState.Number, nameof(ReplicaState), ReplicaState.Read),
        new(Replicate.Number, nameof(Replicate), Replicate.Read),
        new(ReplicaAck.Number, nameof(ReplicaAck), ReplicaAck.Read),
        new(RecoverRequest.Number, nameof(RecoverRequest), RecoverRequest.Read),
        new(RecoverAnswer.Number, nameof(RecoverAnswer), RecoverAnswer.Read),
        new(LogFetch.Number, nameof(LogFetch), LogFetch.Read),
        new(LogItems.Number, nameof(LogItems), LogItems.Read),
        new(CreateTopic.Number, nameof(CreateTopic), CreateTopic.Read),
        new(TopicVerdict.Number, nameof(TopicVerdict), TopicVerdict.Read),
        new(HistoryRequest.Number, nameof(HistoryRequest), HistoryRequest.Read),
        new(HistoryAnswer.Number, nameof(HistoryAnswer), HistoryAnswer.Read),
        new(TreeBeats.Number, nameof(TreeBeats), TreeBeats.Read),
        new(TreeQuestion.Number, nameof(TreeQuestion), TreeQuestion.Read),
        new(TreeAnswer.Number, nameof(TreeAnswer), TreeAnswer.Read),
        new(AnycastOffer.Number, nameof(AnycastOffer), AnycastOffer.Read),
        new(AnycastAnswer.Number, nameof(AnycastAnswer), AnycastAnswer.Read),
    ];
}
