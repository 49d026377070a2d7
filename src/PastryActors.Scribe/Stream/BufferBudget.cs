namespace PastryActors.Scribe.Stream;

/// <summary>How many bytes all buffers of recent messages of a node hold together.</summary>
internal sealed class BufferBudget(long bytesMax)
{
    public long Bytes { get; private set; }

    public bool IsExceeded => Bytes > bytesMax;

    public void Charge(int bytes) => Bytes += bytes;

    public void Release(int bytes) => Bytes -= bytes;
}
