namespace PastryActors.Core.Collections;

/// <summary>A run of bytes that nobody changes any more, compared by content.</summary>
public readonly struct Blob(ReadOnlyMemory<byte> memory) : IEquatable<Blob>
{
    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Memory { get; } = memory;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => Memory.Span;

    /// <summary>Number of bytes.</summary>
    public int Length => Memory.Length;

    /// <summary>Whether there are no bytes.</summary>
    public bool IsEmpty => Memory.IsEmpty;

    public bool Equals(Blob other) => Span.SequenceEqual(other.Span);

    public override bool Equals(object? obj) => obj is Blob other && Equals(other);

    /// <summary>Of the length alone: cheap, and the same in every run.</summary>
    public override int GetHashCode() => Length;

    public static bool operator ==(Blob left, Blob right) => left.Equals(right);
    public static bool operator !=(Blob left, Blob right) => !left.Equals(right);

    public static implicit operator Blob(byte[] bytes) => new(bytes);

    public override string ToString() => Length <= 32 ? Convert.ToHexStringLower(Span) : $"{Convert.ToHexStringLower(Span[..32])}.. ({Length} bytes)";
}
