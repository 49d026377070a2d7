namespace PastryActors.Past.Holding;

/// <summary>Which copy goes when a cache is full (SOSP 2001, section 4).</summary>
public enum CachePolicy : byte
{
    /// <summary>Nothing is cached.</summary>
    None,

    /// <summary>GreedyDual-Size (Cao and Irani, 1997) with equal cost for all: the large and long unasked go first, which keeps most objects and so the most hits.</summary>
    GreedyDualSize,

    /// <summary>The longest unasked goes first; to compare.</summary>
    Lru,
}
