using System.Collections;
using System.Runtime.CompilerServices;

namespace PastryActors.Core.Collections;

/// <summary>An immutable list that compares by its elements, so that messages holding lists compare as values.</summary>
[CollectionBuilder(typeof(ValueList), nameof(ValueList.Create))]
public readonly struct ValueList<T>(T[] items) : IEquatable<ValueList<T>>, IReadOnlyList<T>
{
    private readonly T[]? _items = items;

    /// <summary>The list without elements.</summary>
    public static ValueList<T> Empty => default;

    /// <summary>Number of elements.</summary>
    public int Count => _items?.Length ?? 0;

    /// <summary>The element at <paramref name="index"/>.</summary>
    public T this[int index] => Span[index];

    /// <summary>The elements.</summary>
    public ReadOnlySpan<T> Span => _items;

    public bool Equals(ValueList<T> other)
    {
        if (Count != other.Count) return false;
        for (int i = 0; i < Count; i++)
        {
            if (!EqualityComparer<T>.Default.Equals(_items![i], other._items![i])) return false;
        }

        return true;
    }

    public override bool Equals(object? obj) => obj is ValueList<T> other && Equals(other);

    /// <summary>Of the length alone: cheap, and the same in every run.</summary>
    public override int GetHashCode() => Count;

    public ReadOnlySpan<T>.Enumerator GetEnumerator() => Span.GetEnumerator();

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)(_items ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => (_items ?? []).GetEnumerator();

    public static bool operator ==(ValueList<T> left, ValueList<T> right) => left.Equals(right);
    public static bool operator !=(ValueList<T> left, ValueList<T> right) => !left.Equals(right);

    public override string ToString() => $"[{string.Join(", ", _items ?? [])}]";
}

/// <summary>Makes value lists; the target of collection expressions.</summary>
public static class ValueList
{
    /// <summary>A list of a copy of <paramref name="items"/>.</summary>
    public static ValueList<T> Create<T>(ReadOnlySpan<T> items) => items.IsEmpty ? default : new(items.ToArray());

    /// <summary>A list of <paramref name="items"/> in their order.</summary>
    public static ValueList<T> ToValueList<T>(this IEnumerable<T> items) => new([.. items]);
}
