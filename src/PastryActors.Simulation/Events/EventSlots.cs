using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Simulation.Events;

/// <summary>Where an event stands among the others.</summary>
internal struct EventLink
{
    public long DueTicks;

    public long Sequence;

    /// <summary>The next of its list, -1 for none.</summary>
    public int Next;

    /// <summary>Index of the node that it happens to.</summary>
    public int Node;
}

/// <summary>
/// Holds events while they wait, timers apart from all others: most of what waits in a quiet ring are timers, and one needs no
/// references. A slot's number says in its lowest bit which of the two it is.
/// </summary>
internal sealed class EventSlots
{
    private readonly SlotPool<TimerSlot> _timers = new();
    private readonly SlotPool<OtherSlot> _others = new();

    /// <summary>An event's place in order.</summary>
    public ref EventLink this[int slot] => ref (slot & 1) != 0 ? ref _timers[slot >> 1].Link : ref _others[slot >> 1].Link;

    /// <summary>Takes an event in.</summary>
    public int Put(long dueTicks, long sequence, in SimEvent body)
    {
        var link = new EventLink { DueTicks = dueTicks, Sequence = sequence, Next = -1, Node = body.Node };
        return body.Kind == SimEventKind.Timer ? PutTimer(link, body) : PutOther(link, body);
    }

    /// <summary>Lets an event go.</summary>
    public void Take(int slot, out SimEvent body)
    {
        if ((slot & 1) != 0) TakeTimer(slot >> 1, out body);
        else TakeOther(slot >> 1, out body);
    }

    private int PutTimer(in EventLink link, in SimEvent body)
    {
        int at = _timers.Take();
        ref TimerSlot slot = ref _timers[at];
        slot.Link = link;
        slot.SubjectHigh = (ulong)(body.Timer.Subject.Value >> 64);
        slot.SubjectLow = (ulong)body.Timer.Subject.Value;
        slot.Argument = body.Timer.Argument;
        slot.Incarnation = body.Incarnation;
        slot.Owner = body.Timer.Owner;
        slot.Kind = body.Timer.Kind;
        return (at << 1) | 1;
    }

    private void TakeTimer(int at, out SimEvent body)
    {
        ref TimerSlot slot = ref _timers[at];
        body = new SimEvent
        {
            Kind = SimEventKind.Timer,
            Node = slot.Link.Node,
            Incarnation = slot.Incarnation,
            Timer = new NodeTimer(slot.Owner, slot.Kind, slot.Argument, new RingId(new UInt128(slot.SubjectHigh, slot.SubjectLow))),
        };
        _timers.Free(at);
    }

    private int PutOther(in EventLink link, in SimEvent body)
    {
        int at = _others.Take();
        ref OtherSlot slot = ref _others[at];
        slot.Link = link;
        (slot.Body, slot.From, slot.To, slot.Content) = (body.Body, body.From, body.To, body.Content);
        (slot.Incarnation, slot.Sender, slot.Lane, slot.Kind) = (body.Incarnation, body.Sender, body.Lane, body.Kind);
        return at << 1;
    }

    private void TakeOther(int at, out SimEvent body)
    {
        ref OtherSlot slot = ref _others[at];
        body = new SimEvent
        {
            Kind = slot.Kind,
            Lane = slot.Lane,
            Node = slot.Link.Node,
            Incarnation = slot.Incarnation,
            Sender = slot.Sender,
            Body = slot.Body,
            From = slot.From,
            To = slot.To,
            Content = slot.Content,
        };
        _others.Free(at);
    }

    private struct TimerSlot
    {
        public EventLink Link;
        public ulong SubjectHigh;
        public ulong SubjectLow;
        public long Argument;
        public uint Incarnation;
        public byte Owner;
        public byte Kind;
    }

    private struct OtherSlot
    {
        public EventLink Link;
        public object? Body;
        public NodeHandle? From;
        public NodeHandle? To;
        public ContentRef? Content;
        public uint Incarnation;
        public int Sender;
        public Lane Lane;
        public SimEventKind Kind;
    }
}
