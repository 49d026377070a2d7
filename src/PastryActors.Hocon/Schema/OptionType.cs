using PastryActors.Hocon.Values;

namespace PastryActors.Hocon.Schema;

/// <summary>How values of one kind are read, checked and written. Immutable.</summary>
/// <param name="expected">What a value must be, with units and range, as a message and the written schema say it.</param>
public abstract class OptionType<T>(string expected)
{
    /// <summary>What a value must be, with units and range.</summary>
    public string Expected { get; } = expected;

    /// <summary>Values must not show in messages.</summary>
    public virtual bool IsSecret => false;

    /// <summary>Reads a value; false if it is none of this type or out of range.</summary>
    public abstract bool TryRead(HoconValue value, out T result);

    /// <summary>The value as HOCON from which <see cref="TryRead"/> reads the same.</summary>
    public abstract string Write(T value);
}

/// <summary>A type whose values are single texts.</summary>
internal sealed class ScalarType<T>(string expected, ScalarType<T>.Parse parse, Func<T, string> write, bool isSecret = false) : OptionType<T>(expected)
{
    public delegate bool Parse(string text, out T result);

    public override bool IsSecret => isSecret;

    public override bool TryRead(HoconValue value, out T result)
    {
        result = default!;
        return value is HoconScalar { IsNull: false } scalar && parse(scalar.Text, out result);
    }

    public override string Write(T value) => write(value);
}
