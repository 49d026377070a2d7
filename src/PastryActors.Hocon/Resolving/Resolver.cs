using PastryActors.Hocon.Reading;
using PastryActors.Hocon.Syntax;
using PastryActors.Hocon.Values;

namespace PastryActors.Hocon.Resolving;

/// <summary>
/// Replaces substitutions and merges objects: raw tree in, values out. A reference looks a path up in the raw tree, resolving no more
/// than it needs on the way, so that values of one object may refer to each other; a reference that meets its own key sees what the key
/// held before (HOCON, "Self-Referential Substitutions").
/// </summary>
internal sealed class Resolver
{
    private readonly RawCell _root = new();
    private readonly HoconReadOptions _options;
    private readonly ResolveBudget _budget;
    private readonly Joiner _joiner;
    private readonly List<HoconProblem> _missing = [];

    private Resolver(RawObject root, HoconReadOptions options)
    {
        _root.Push(root);
        _options = options;
        _budget = new ResolveBudget(options.Limits);
        _joiner = new Joiner(_budget);
    }

    /// <summary>Resolves a whole document. All substitutions of nothing are reported together.</summary>
    public static HoconObject Run(RawObject root, HoconReadOptions options)
    {
        var resolver = new Resolver(root, options);
        var resolved = (HoconObject)resolver.Cell(resolver._root, 0)!;
        return resolver._missing.Count == 0 ? resolved : throw new HoconException(resolver._missing);
    }

    /// <summary>The value of a key as its entries up to <paramref name="level"/>, and below one in progress, make it; null if that is nothing.</summary>
    private HoconValue? Cell(RawCell cell, int level)
    {
        HoconValue? value = null;
        for (level = Math.Min(level, cell.LevelInProgress - 1); level >= 0; level--)
        {
            value = Over(Entry(cell, level), value, out bool isFinal);
            if (isFinal) break;
        }

        return value;
    }

    /// <summary>Lays what is known over what lies below it; final if nothing further below can show.</summary>
    private HoconValue? Over(HoconValue? below, HoconValue? value, out bool isFinal)
    {
        isFinal = below is not (null or HoconObject);
        if (value is null) return below;
        return below is HoconObject lower && value is HoconObject upper ? _joiner.Merge(lower, upper) : value;
    }

    private HoconValue? Entry(RawCell cell, int level)
    {
        RawEntry entry = cell.Entries[level];
        _budget.Step(entry.Value.Origin);
        if (entry.IsResolved) return entry.Resolved;
        _budget.Enter(entry.Value.Origin);
        int outer = cell.LevelInProgress;
        (entry.InProgress, cell.LevelInProgress) = (true, level);
        HoconValue? value = Value(entry.Value, cell, level);
        (entry.InProgress, cell.LevelInProgress) = (false, outer);
        _budget.Leave();
        entry.Resolved = value is null ? null : _budget.Checked(value);
        entry.IsResolved = true;
        return value;
    }

    private HoconValue? Value(RawValue value, RawCell cell, int level) => value switch
    {
        RawScalar scalar => new HoconScalar(scalar.Origin, scalar.Text, scalar.IsNull),
        RawObject @object => Object(@object),
        RawArray array => Array(array),
        RawReference reference => Reference(reference),
        RawPrevious => Cell(cell, level - 1),
        RawJoined joined => _joiner.Join(joined, joined.Parts.ConvertAll(part => Value(part, cell, level))),
        _ => throw new InvalidOperationException($"no rule for {value.GetType().Name}"),
    };

    private HoconObject Object(RawObject raw)
    {
        var fields = new OrderedDictionary<string, HoconValue>(raw.Fields.Count, StringComparer.Ordinal);
        foreach ((string name, RawCell cell) in raw.Fields)
        {
            if (Cell(cell, cell.Top) is { } value) fields[name] = value;
        }

        return new HoconObject(raw.Origin, fields);
    }

    private HoconArray Array(RawArray raw)
    {
        var items = new List<HoconValue>(raw.Items.Count);
        foreach (RawCell cell in raw.Items)
        {
            if (Cell(cell, cell.Top) is { } value) items.Add(value);
        }

        return new HoconArray(raw.Origin, [.. items]);
    }

    private HoconValue? Reference(RawReference reference)
    {
        HoconValue? value = null;
        if (reference.IncludedAt.Length > 0) value = Lookup(_root, 0, [.. reference.IncludedAt, .. reference.Path]);
        value ??= Lookup(_root, 0, reference.Path) ?? FromEnvironment(reference.Path);
        if (value is null && !reference.IsOptional) Missing(reference);
        if (value is not (null or HoconObject) && reference.MustBeObject)
        {
            string found = $"${{{reference.PathText}}}, which is {value.Shown}";
            throw new HoconException([new HoconProblem(reference.Origin, reference.Key, found, "an object, since it stands beside one")]);
        }

        return value;
    }

    private HoconScalar? FromEnvironment(string[] path)
    {
        string name = string.Join('.', path);
        // A name with these cannot be set in an environment, and asking for it is an error on some systems.
        if (name.Length == 0 || name.AsSpan().ContainsAny('=', '\0')) return null;
        return _options.Environment(name) is { } text ? new HoconScalar(new HoconOrigin($"the environment's {name}"), text) : null;
    }

    private void Missing(RawReference reference) =>
        _missing.Add(new HoconProblem(
            reference.Origin,
            reference.Key,
            $"${{{reference.PathText}}}, which is set nowhere but through itself",
            "a key that is set, a variable of the environment, or ${?..} where nothing is meant to be allowed"));

    /// <summary>The value at a path below a cell, as the cell's entries up to <paramref name="level"/> make it.</summary>
    private HoconValue? Lookup(RawCell cell, int level, ReadOnlySpan<string> path)
    {
        if (path.IsEmpty) return Cell(cell, level);
        _budget.Enter(cell.Entries[level].Value.Origin);
        HoconValue? value = null;
        for (; level >= 0; level--)
        {
            _budget.Step(cell.Entries[level].Value.Origin);
            value = Over(LookupEntry(cell, level, path, out bool hides), value, out bool isFinal);
            if (hides || isFinal) break;
        }

        _budget.Leave();
        return value;
    }

    /// <param name="hides">What the entry is keeps the entries below it from showing at this path.</param>
    private HoconValue? LookupEntry(RawCell cell, int level, ReadOnlySpan<string> path, out bool hides)
    {
        RawEntry entry = cell.Entries[level];
        hides = entry.Value is RawScalar or RawArray;
        if (hides) return null;
        if (entry.Value is RawObject @object) return LookupField(@object, path, out hides);
        if (entry.InProgress) return null;
        HoconValue? value = Entry(cell, level);
        hides = value is not (null or HoconObject);
        return (value as HoconObject)?.Find(path);
    }

    private HoconValue? LookupField(RawObject @object, ReadOnlySpan<string> path, out bool hides)
    {
        hides = false;
        if (!@object.Fields.TryGetValue(path[0], out RawCell? child) || child.Top < 0) return null;
        hides = path.Length > 1 && child.Entries[child.Top].Value is RawScalar or RawArray;
        return Lookup(child, child.Top, path[1..]);
    }
}
