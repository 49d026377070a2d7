using PastryActors.Core.Ring;

namespace PastryActors.Past.Trees;

/// <summary>A child's place in a tree that is being built: where a chunk ends up may be known later than what it is.</summary>
public sealed class TreeSlot(Hash256 hash)
{
    /// <summary>SHA-256 of the child's bytes.</summary>
    public Hash256 Hash { get; } = hash;

    /// <summary>The attempt under which a chunk was stored, 0 to 3. To be set before its node is finished.</summary>
    public int Attempt { get; set; }
}
