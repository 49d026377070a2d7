using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;

namespace PastryActors.Scribe.Replicas;

/// <summary>What is known of a publish.</summary>
internal enum PublishKnowledge
{
    /// <summary>Never seen.</summary>
    Fresh,

    /// <summary>Numbered before.</summary>
    Numbered,

    /// <summary>Too old to tell, or of a start of the publisher that is over: must not be numbered.</summary>
    Stale,
}

/// <summary>
/// Remembers of every publisher which of its last publishes got which sequence number, so that a retry is recognised. Bounded in
/// publishers (who published longest ago is forgotten first) and in publishes each.
/// </summary>
internal sealed class PublisherWindows(int publishersMax)
{
    private readonly SortedDictionary<RingId, Window> _windows = [];

    // Publishes come in batches of one publisher's.
    private (RingId Publisher, Window? Window) _last;

    public int Count => _windows.Count;

    /// <summary>Whether what another remembers was put in place since the last <see cref="MarkSaved"/>.</summary>
    public bool IsReplaced { get; private set; }

    /// <summary>The disk has all of it.</summary>
    public void MarkSaved() => IsReplaced = false;

    public PublishKnowledge Find(RingId publisher, uint incarnation, ulong number, out ulong sequence)
    {
        sequence = 0;
        if (WindowOf(publisher) is not { } window || incarnation > window.Incarnation) return PublishKnowledge.Fresh;
        if (incarnation < window.Incarnation || number + PublisherMemory.WindowSize <= window.Highest) return PublishKnowledge.Stale;
        if (number > window.Highest) return PublishKnowledge.Fresh;
        sequence = window.Sequences[number % PublisherMemory.WindowSize];
        return sequence == 0 ? PublishKnowledge.Fresh : PublishKnowledge.Numbered;
    }

    /// <summary>Notes a publish's number. True if another publisher had to be forgotten for it.</summary>
    public bool Mark(RingId publisher, uint incarnation, ulong number, ulong sequence)
    {
        bool forgot = false;
        Window? window = WindowOf(publisher);
        if (window is null) forgot = MakeRoom();
        if (window is null || incarnation > window.Incarnation) _last = (publisher, window = _windows[publisher] = new Window(incarnation));
        if (incarnation == window.Incarnation) window.Mark(number, sequence);
        return forgot;
    }

    /// <summary>Forgets all numbers after <paramref name="last"/>: what they were given to did not survive.</summary>
    public void ForgetAfter(ulong last)
    {
        foreach (Window window in _windows.Values)
        {
            for (int i = 0; i < window.Sequences.Length; i++)
            {
                if (window.Sequences[i] > last) window.Sequences[i] = 0;
            }
        }
    }

    public ValueList<PublisherMemory> Snapshot() => _windows.Select(w => w.Value.Snapshot(w.Key)).ToValueList();

    /// <summary>Replaces everything by what another node remembers.</summary>
    public void Restore(ValueList<PublisherMemory> memories)
    {
        _windows.Clear();
        _last = default;
        IsReplaced = true;
        foreach (PublisherMemory memory in memories)
        {
            for (int i = memory.Sequences.Count - 1; i >= 0; i--)
            {
                if (memory.Sequences[i] > 0 && memory.Highest >= (ulong)i) Mark(memory.Publisher, memory.Incarnation, memory.Highest - (ulong)i, memory.Sequences[i]);
            }
        }
    }

    private Window? WindowOf(RingId publisher)
    {
        if (_last.Window is null || _last.Publisher != publisher) _last = (publisher, _windows.GetValueOrDefault(publisher));
        return _last.Window;
    }

    private bool MakeRoom()
    {
        if (_windows.Count < publishersMax) return false;
        _last = default;
        _windows.Remove(_windows.MinBy(w => w.Value.LastSequence).Key);
        return true;
    }

    private sealed class Window(uint incarnation)
    {
        public uint Incarnation { get; } = incarnation;

        public ulong Highest { get; private set; }

        public ulong LastSequence { get; private set; }

        public ulong[] Sequences { get; } = new ulong[PublisherMemory.WindowSize];

        public void Mark(ulong number, ulong sequence)
        {
            if (number + PublisherMemory.WindowSize <= Highest) return;
            if (number > Highest)
            {
                // Slots are used again in turn: those of the numbers skipped must not show what stood there before.
                ulong skipped = Math.Min(number - Highest, PublisherMemory.WindowSize);
                for (ulong i = 0; i < skipped; i++) Sequences[(number - i) % PublisherMemory.WindowSize] = 0;
                Highest = number;
            }

            Sequences[number % PublisherMemory.WindowSize] = sequence;
            LastSequence = Math.Max(LastSequence, sequence);
        }

        public PublisherMemory Snapshot(RingId publisher)
        {
            int count = (int)Math.Min(Highest + 1, PublisherMemory.WindowSize);
            ulong[] sequences = new ulong[count];
            for (int i = 0; i < count; i++) sequences[i] = Sequences[(Highest - (ulong)i) % PublisherMemory.WindowSize];
            return new PublisherMemory(publisher, Incarnation, Highest, new ValueList<ulong>(sequences));
        }
    }
}
