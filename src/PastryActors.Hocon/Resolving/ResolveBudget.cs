using PastryActors.Hocon.Reading;
using PastryActors.Hocon.Values;

namespace PastryActors.Hocon.Resolving;

/// <summary>Counts what resolving costs and ends it at the limits.</summary>
internal sealed class ResolveBudget(HoconLimits limits)
{
    private int _depth;
    private int _steps;
    private long _joinedChars;

    public void Enter(HoconOrigin origin)
    {
        Step(origin);
        if (++_depth > limits.ReferenceDepthMax) throw Beyond(origin, $"substitutions that nest deeper than {limits.ReferenceDepthMax}");
    }

    public void Leave() => _depth--;

    public void Step(HoconOrigin origin)
    {
        if (++_steps > limits.StepsMax) throw Beyond(origin, $"substitutions that take more than {limits.StepsMax} steps");
    }

    public HoconValue Checked(HoconValue value)
    {
        if (value.Depth > limits.DepthMax + 1) throw Beyond(value.Origin, $"values nested deeper than {limits.DepthMax}");
        return value.Count <= limits.ValuesMax ? value : throw Beyond(value.Origin, $"more than {limits.ValuesMax} values");
    }

    /// <summary>Counts a text before it is made.</summary>
    public void Join(HoconOrigin origin, long chars)
    {
        _joinedChars += chars;
        if (_joinedChars > limits.JoinedCharsMax) throw Beyond(origin, $"joined texts of more than {limits.JoinedCharsMax} characters");
    }

    private static HoconException Beyond(HoconOrigin origin, string found) => new(origin, found, "a document within the reader's limits");
}
