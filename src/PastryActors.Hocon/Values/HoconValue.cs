using PastryActors.Hocon.Reading;

namespace PastryActors.Hocon.Values;

/// <summary>A value of a resolved document; immutable. One of <see cref="HoconScalar"/>, <see cref="HoconArray"/> and <see cref="HoconObject"/>.</summary>
public abstract class HoconValue
{
    private protected HoconValue(HoconOrigin origin) => Origin = origin;

    /// <summary>Where the value was written; for a merged object, the place that was written last.</summary>
    public HoconOrigin Origin { get; }

    /// <summary>The value and all those in it, counted where they appear, however often one is shared.</summary>
    internal long Count { get; private protected init; } = 1;

    /// <summary>Levels: 1 for a scalar.</summary>
    internal int Depth { get; private protected init; } = 1;

    /// <summary>What a message calls it.</summary>
    internal abstract string Shown { get; }
}

/// <summary>Text, a number, a boolean or null. HOCON converts between text and the others as the reader asks, so the text is what is kept.</summary>
public sealed class HoconScalar : HoconValue
{
    internal HoconScalar(HoconOrigin origin, string text, bool isNull = false) : base(origin)
    {
        Text = text;
        IsNull = isNull;
    }

    /// <summary>The characters, without quotes and escapes.</summary>
    public string Text { get; }

    /// <summary>The value is the unquoted word <c>null</c>.</summary>
    public bool IsNull { get; }

    internal override string Shown => IsNull ? "null" : Excerpt.Of(Text);

    public override string ToString() => Text;
}

/// <summary>A list of values.</summary>
public sealed class HoconArray : HoconValue
{
    internal HoconArray(HoconOrigin origin, HoconValue[] items) : base(origin)
    {
        Items = items;
        Count = 1 + items.Sum(item => item.Count);
        Depth = 1 + items.Select(item => item.Depth).DefaultIfEmpty().Max();
    }

    /// <summary>The values in order.</summary>
    public IReadOnlyList<HoconValue> Items { get; }

    internal override string Shown => "a list";
}

/// <summary>Named values, in the order in which the names were first written.</summary>
public sealed class HoconObject : HoconValue
{
    private readonly OrderedDictionary<string, HoconValue> _fields;

    internal HoconObject(HoconOrigin origin, OrderedDictionary<string, HoconValue> fields) : base(origin)
    {
        _fields = fields;
        Count = 1 + fields.Values.Sum(value => value.Count);
        Depth = 1 + fields.Values.Select(value => value.Depth).DefaultIfEmpty().Max();
    }

    /// <summary>Names and values.</summary>
    public IReadOnlyDictionary<string, HoconValue> Fields => _fields;

    internal override string Shown => "an object";

    /// <summary>The value at a path of names, or null if there is none.</summary>
    public HoconValue? Find(params ReadOnlySpan<string> path)
    {
        HoconValue? value = this;
        foreach (string name in path)
        {
            if (value is not HoconObject holder || !holder._fields.TryGetValue(name, out value)) return null;
        }

        return value;
    }
}
