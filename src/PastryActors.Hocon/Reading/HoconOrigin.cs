namespace PastryActors.Hocon.Reading;

/// <summary>Where a value was written. Line and column count from 1; line 0 means that the source has no lines (an override, the environment).</summary>
/// <param name="Source">A file's path, <c>--set key</c>, or the name of a variable of the environment.</param>
public readonly record struct HoconOrigin(string Source, int Line = 0, int Column = 0)
{
    /// <summary>The form that editors make clickable: <c>node.conf:12:5</c>.</summary>
    public override string ToString() => Line == 0 ? Source : $"{Source}:{Line}:{Column}";
}
