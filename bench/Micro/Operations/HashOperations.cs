using PastryActors.Core.Collections;
using PastryActors.Core.Ring;

namespace PastryActors.Micro.Operations;

/// <summary>The hashes of a signed run of messages of 100 bytes: eight at a time, and each with a call of the framework.</summary>
internal sealed class HashOperations
{
    public const int Contents = 256;

    private readonly Blob[] _contents = [.. Enumerable.Range(0, Contents).Select(static i => (Blob)Enumerable.Repeat((byte)i, 100).ToArray())];

    public Hash256[] InLanes() => HashLanes.OfEach(_contents);

    /// <summary>Answers the last.</summary>
    public Hash256 OneByOne()
    {
        Hash256 last = default;
        foreach (Blob content in _contents) last = Hash256.Of(content.Span);
        return last;
    }
}
