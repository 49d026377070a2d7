namespace PastryActors.Past.Trees;

/// <summary>The two numbers from which the shape of a whole hash tree follows, given the file's size.</summary>
internal readonly record struct TreeShape(int ChunkSizeBytes, int FanOut)
{
    /// <summary>What is wrong with a node of this shape, or null.</summary>
    public string? Problem(int level, long size)
    {
        if (ChunkSizeBytes < 1) return $"a chunk size of {ChunkSizeBytes} bytes is not possible";
        if (FanOut is < 2 or > HashTreeNode.DefaultFanOut) return $"a fan-out of {FanOut} is not within 2 to {HashTreeNode.DefaultFanOut}";
        if (level > HashTreeNode.LevelMax) return $"level {level} exceeds {HashTreeNode.LevelMax}";
        if (size < 1) return $"a tree node over {size} bytes is not possible";
        Int128 reach = ReachOfNode(level);
        return size <= reach ? null : $"a tree node of level {level} cannot reach over {size} bytes";
    }

    /// <summary>Bytes that a full child of a node of this level reaches over; capped where no file is that long.</summary>
    public long ReachOfChild(int level)
    {
        Int128 reach = ChunkSizeBytes;
        for (int i = 0; i < level && reach < long.MaxValue; i++) reach *= FanOut;
        return reach > long.MaxValue ? long.MaxValue : (long)reach;
    }

    /// <summary>Children of a node over <paramref name="size"/> bytes.</summary>
    public static int CountOf(long size, long childReach) => (int)(((size - 1) / childReach) + 1);

    private Int128 ReachOfNode(int level) => (Int128)ReachOfChild(level) * FanOut;
}
