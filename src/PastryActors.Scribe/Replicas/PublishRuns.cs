using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Scribe.Messages;

namespace PastryActors.Scribe.Replicas;

/// <summary>
/// Which of the last publishes of one publisher got which sequence numbers. What is published together is numbered together, so a few runs
/// say it; bounded in publishes (<see cref="PublisherMemory.WindowSize"/>) and in runs (<see cref="PublisherMemory.RunsMax"/>): what is older is
/// forgotten, and never numbered again.
/// </summary>
internal sealed class PublishRuns(uint incarnation)
{
    // Ascending by publish number, without a common number.
    private readonly List<PublishedRun> _runs = [];

    public uint Incarnation { get; } = incarnation;

    /// <summary>The highest publish number seen.</summary>
    public ulong Highest { get; private set; }

    /// <summary>Of this publish number and of those before it nothing is known any more.</summary>
    public ulong Forgotten { get; private set; }

    /// <summary>The highest sequence number that a publish got.</summary>
    public ulong LastSequence { get; private set; }

    public static PublishRuns Of(PublisherMemory memory)
    {
        var window = new PublishRuns(memory.Incarnation) { Forgotten = memory.Forgotten };
        window._runs.AddRange(memory.Runs);
        window.Advance(memory.Highest);
        foreach (PublishedRun run in memory.Runs) window.LastSequence = Math.Max(window.LastSequence, run.Sequence + (ulong)run.Count - 1);
        return window;
    }

    /// <summary>What is known of a publish of the same incarnation.</summary>
    public PublishKnowledge Find(ulong number, out ulong sequence)
    {
        sequence = 0;
        if (number <= Forgotten) return PublishKnowledge.Stale;
        if (number > Highest || Place(number) is not (>= 0 and var at) || number > _runs[at].Last) return PublishKnowledge.Fresh;
        sequence = _runs[at].Sequence + (number - _runs[at].Number);
        return PublishKnowledge.Numbered;
    }

    /// <summary>Notes the sequence number of a publish. Nothing if the publish is forgotten already.</summary>
    public void Mark(ulong number, ulong sequence)
    {
        if (number <= Forgotten) return;
        LastSequence = Math.Max(LastSequence, sequence);
        if (_runs.Count > 0 && _runs[^1] is var last && last.IsFollowedBy(number, sequence)) _runs[^1] = last with { Count = last.Count + 1 };
        else if (Find(number, out ulong known) == PublishKnowledge.Fresh || known != sequence) Insert(number, sequence);
        Advance(number);
        while (_runs.Count > PublisherMemory.RunsMax)
        {
            Forgotten = _runs[0].Last;
            _runs.RemoveAt(0);
        }
    }

    /// <summary>Forgets all sequence numbers after <paramref name="last"/>: what they were given to did not survive, and is fresh again.</summary>
    public void ForgetAfter(ulong last)
    {
        _runs.RemoveAll(r => r.Sequence > last);
        for (int i = 0; i < _runs.Count; i++)
        {
            PublishedRun run = _runs[i];
            if (last - run.Sequence < (ulong)run.Count) _runs[i] = run with { Count = (int)(last - run.Sequence) + 1 };
        }
    }

    public PublisherMemory Snapshot(RingId publisher) => new(publisher, Incarnation, Highest, Forgotten, _runs.ToValueList());

    /// <summary>The place of the last run that begins at or before a publish; -1 if there is none. Nearly always it is the last of all.</summary>
    private int Place(ulong number)
    {
        int at = _runs.Count - 1;
        while (at >= 0 && _runs[at].Number > number) at--;
        return at;
    }

    /// <summary>Adds one publish in its place, and takes away what was known of it.</summary>
    private void Insert(ulong number, ulong sequence)
    {
        int at = Place(number);
        if (at >= 0 && number <= _runs[at].Last) Cut(at, number);
        at = Place(number);
        if (at >= 0 && _runs[at].IsFollowedBy(number, sequence)) _runs[at] = _runs[at] with { Count = _runs[at].Count + 1 };
        else _runs.Insert(++at, new PublishedRun(number, sequence, 1));
        if (at + 1 == _runs.Count || !_runs[at].IsFollowedBy(_runs[at + 1].Number, _runs[at + 1].Sequence)) return;
        _runs[at] = _runs[at] with { Count = _runs[at].Count + _runs[at + 1].Count };
        _runs.RemoveAt(at + 1);
    }

    /// <summary>Takes one publish out of the run that has it.</summary>
    private void Cut(int at, ulong number)
    {
        PublishedRun run = _runs[at];
        int before = (int)(number - run.Number);
        _runs.RemoveAt(at);
        if (before + 1 < run.Count) _runs.Insert(at, run.After(before + 1));
        if (before > 0) _runs.Insert(at, run with { Count = before });
    }

    /// <summary>Forgets what falls out of the window that ends with the highest.</summary>
    private void Advance(ulong number)
    {
        Highest = Math.Max(Highest, number);
        if (Highest <= PublisherMemory.WindowSize) return;
        Forgotten = Math.Max(Forgotten, Highest - PublisherMemory.WindowSize);
        while (_runs.Count > 0 && _runs[0].Last <= Forgotten) _runs.RemoveAt(0);
        if (_runs.Count > 0 && _runs[0].Number <= Forgotten) _runs[0] = _runs[0].After((int)(Forgotten - _runs[0].Number) + 1);
    }
}
