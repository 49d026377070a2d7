using PastryActors.Core.Ring;

namespace PastryActors.Core.Driving;

/// <summary>
/// The pure core of a node: everything enters by <see cref="Handle"/>, everything leaves by the outbox. Not safe for two threads;
/// whoever drives it calls it from one mailbox. The driver's numbered duties:
/// <list type="number">
/// <item>Call <see cref="Handle"/> for one event at a time, with a <c>now</c> that never runs backwards.</item>
/// <item>After each call carry out every effect of the outbox, in its order, then clear it, before the next event.</item>
/// <item>A send is best effort and never blocks: what cannot be sent is dropped and counted, and <see cref="NodeEvent.LinkFailed"/>
/// tells the core. Messages of one lane to one peer arrive in the order sent, or not at all.</item>
/// <item>Name as the sender of a message only a peer that proved its nodeId, with the handle it announced.</item>
/// <item>A timer comes back once, as soon as its delay is over, never before.</item>
/// <item>Each piece of work gets exactly one result with its id. A <see cref="StoreChanged"/> with <see cref="StoreStatus.Done"/>
/// means that the change survives the loss of power: what the core sends next rests on it.</item>
/// <item>Content handed in is immutable, its hash made from the bytes received, its length within one chunk.</item>
/// <item>An exception out of <see cref="Handle"/> means that the state may be torn: drop the core, make a new one, start it again.</item>
/// </list>
/// </summary>
public interface INodeCore
{
    /// <summary>The node itself, as it introduces itself to others.</summary>
    NodeHandle Self { get; }

    /// <summary>Begins to join (or to found) a ring. Called once, before any event.</summary>
    void Start(Instant now, Outbox outbox);

    /// <summary>Takes one event and puts what is to be done into the outbox.</summary>
    void Handle(in NodeEvent happened, Instant now, Outbox outbox);
}

/// <summary>Workers do what is slow (disk, signatures) outside the node's mailbox. Safe for any thread.</summary>
public interface IWorkers
{
    /// <summary>Takes the work and returns at once; <paramref name="completion"/> is told exactly once, on any thread.</summary>
    void Submit(Work work, IWorkCompletion completion);
}

/// <summary>Takes results of work and hands them to the node that asked. Safe for any thread.</summary>
public interface IWorkCompletion
{
    void Completed(WorkResult result);
}
