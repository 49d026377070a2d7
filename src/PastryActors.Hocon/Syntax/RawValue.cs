using PastryActors.Hocon.Reading;

namespace PastryActors.Hocon.Syntax;

/// <summary>A value as written, before substitution. The closed set of its kinds stands below.</summary>
internal abstract class RawValue(HoconOrigin origin)
{
    public HoconOrigin Origin { get; } = origin;
}

/// <summary>Literal text. A blank one stands between two joined values and counts only if they are texts.</summary>
internal sealed class RawScalar(HoconOrigin origin, string text, bool isNull = false, bool isBlank = false) : RawValue(origin)
{
    public string Text { get; } = text;
    public bool IsNull { get; } = isNull;
    public bool IsBlank { get; } = isBlank;
}

internal sealed class RawArray(HoconOrigin origin, List<RawCell> items) : RawValue(origin)
{
    public List<RawCell> Items { get; } = items;
}

internal sealed class RawObject(HoconOrigin origin) : RawValue(origin)
{
    /// <summary>In the order written, so that what is shown of a document looks like it.</summary>
    public OrderedDictionary<string, RawCell> Fields { get; } = new(StringComparer.Ordinal);

    /// <summary>The cell of a field, new if there was none.</summary>
    public RawCell Cell(string name)
    {
        if (Fields.TryGetValue(name, out RawCell? cell)) return cell;
        return Fields[name] = new RawCell();
    }
}

/// <summary><c>${path}</c>.</summary>
internal sealed class RawReference(HoconOrigin origin) : RawValue(origin)
{
    public required string[] Path { get; init; }

    /// <summary>Where the file is included: the path is tried below it first.</summary>
    public required string[] IncludedAt { get; init; }

    /// <summary>The key whose value this is part of, for messages.</summary>
    public required string Key { get; init; }
    public required bool IsOptional { get; init; }

    /// <summary>An object stands beside it.</summary>
    public bool MustBeObject { get; set; }

    public string PathText => PathExpression.Join(Path);
}

/// <summary>What the same key held before: what <c>+=</c> appends to.</summary>
internal sealed class RawPrevious(HoconOrigin origin) : RawValue(origin);

/// <summary>Values side by side.</summary>
internal sealed class RawJoined(HoconOrigin origin, List<RawValue> parts) : RawValue(origin)
{
    public List<RawValue> Parts { get; } = parts;
}
