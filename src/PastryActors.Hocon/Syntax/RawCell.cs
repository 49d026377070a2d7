using PastryActors.Hocon.Values;

namespace PastryActors.Hocon.Syntax;

/// <summary>
/// All that a key was set to, in order. A later value hides an earlier one unless both are objects; the earlier ones are kept, because
/// only resolving shows whether a substitution is an object, and because a value may refer to what its own key held before.
/// </summary>
internal sealed class RawCell
{
    public List<RawEntry> Entries { get; } = [];

    /// <summary>Level of the last entry; -1 if there is none.</summary>
    public int Top => Entries.Count - 1;

    /// <summary>Adds a value on top; an object on an object is merged at once, which keeps the stack low.</summary>
    public void Push(RawValue value)
    {
        if (value is RawObject upper && Top >= 0 && Entries[Top].Value is RawObject lower) Merge(upper, lower);
        else Entries.Add(new RawEntry(value));
    }

    public static void Merge(RawObject upper, RawObject lower)
    {
        foreach ((string name, RawCell cell) in upper.Fields)
        {
            RawCell target = lower.Cell(name);
            foreach (RawEntry entry in cell.Entries) target.Push(entry.Value);
        }
    }

    /// <summary>
    /// The level that is being resolved just now: a value that refers to its own key sees only what is below. Levels are resolved
    /// downwards, so the last begun is the lowest.
    /// </summary>
    public int LevelInProgress { get; set; } = int.MaxValue;
}

/// <summary>One value of a cell with the memory of its resolving.</summary>
internal sealed class RawEntry(RawValue value)
{
    public RawValue Value { get; } = value;
    public bool InProgress { get; set; }
    public bool IsResolved { get; set; }

    /// <summary>Null also once resolved, if the value is an optional substitution of nothing.</summary>
    public HoconValue? Resolved { get; set; }
}
