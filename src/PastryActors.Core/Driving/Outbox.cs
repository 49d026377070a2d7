using System.Runtime.InteropServices;
using PastryActors.Core.Content;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Core.Driving;

/// <summary>What an effect asks of the driver.</summary>
public enum EffectKind : byte
{
    /// <summary>Send a message, with content behind it or not, to a node.</summary>
    Send,

    /// <summary>Bring a timer back after a delay.</summary>
    Schedule,

    /// <summary>Hand a piece of work to a worker.</summary>
    Work,

    /// <summary>Answer a local request.</summary>
    Reply,

    /// <summary>Note a fact.</summary>
    Report,
}

/// <summary>Which of a peer's two connections a message takes, so that a heartbeat never waits behind a chunk.</summary>
public enum Lane : byte
{
    Control,
    Bulk,
}

/// <summary>One thing that the core wants done. Read the fields that its kind fills.</summary>
public readonly record struct Effect(
    EffectKind Kind,
    NodeHandle? To = null,
    object? Body = null,
    ContentRef? Content = null,
    Lane Lane = Lane.Control,
    NodeTimer Timer = default,
    TimeSpan Delay = default,
    Fact Fact = default)
{
    /// <summary>The message of a send.</summary>
    public Message Message => (Message)Body!;

    /// <summary>The work of a work effect.</summary>
    public Work Work => (Work)Body!;

    /// <summary>The answer of a reply.</summary>
    public Reply Reply => (Reply)Body!;
}

/// <summary>
/// Where the core puts what it wants done, in order. The driver empties it after every <c>Handle</c>; its duties stand in
/// docs/architecture.md ("Driving the core").
/// </summary>
public sealed class Outbox
{
    private readonly List<Effect> _effects = [];

    /// <summary>The effects since the last <see cref="Clear"/>, in the order in which they must be carried out.</summary>
    public ReadOnlySpan<Effect> Effects => CollectionsMarshal.AsSpan(_effects);

    /// <summary>Forgets all effects; the driver has carried them out.</summary>
    public void Clear() => _effects.Clear();

    public void Send(NodeHandle to, Message message, Lane lane = Lane.Control, ContentRef? content = null) =>
        _effects.Add(new Effect(EffectKind.Send, To: to, Body: message, Content: content, Lane: lane));

    public void Schedule(NodeTimer timer, TimeSpan delay) => _effects.Add(new Effect(EffectKind.Schedule, Timer: timer, Delay: delay));

    public void Do(Work work) => _effects.Add(new Effect(EffectKind.Work, Body: work));

    public void Reply(Reply reply) => _effects.Add(new Effect(EffectKind.Reply, Body: reply));

    public void Report(Fact fact) => _effects.Add(new Effect(EffectKind.Report, Fact: fact));
}
