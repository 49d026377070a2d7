using PastryActors.Core.Ring;

namespace PastryActors.Node.Files.Format;

/// <summary>A finished node of a hash tree, ready to be inserted.</summary>
/// <param name="Reach">Bytes of the file under it.</param>
internal readonly record struct FinishedNode(byte[] Bytes, long Reach);

/// <summary>
/// Builds a file's hash tree while its chunks stream by: a node is finished as soon as it is full and something follows it, so no
/// more than one node a level is ever held.
/// </summary>
/// <param name="chunkSize">Length in bytes of every chunk but the last.</param>
internal sealed class TreeBuilder(int chunkSize, int fanOut = TreeNode.FanOut)
{
    private readonly List<Level> _levels = [];

    /// <summary>Takes the next chunk; the nodes that it finishes go into <paramref name="finished"/>.</summary>
    public void Push(Hash256 hash, int length, List<FinishedNode> finished) => Add(0, hash, length, finished);

    /// <summary>Ends the tree; the nodes below the top go into <paramref name="finished"/>.</summary>
    public FinishedNode Finish(List<FinishedNode> finished)
    {
        for (int i = 0; ; i++)
        {
            FinishedNode node = Close(i);
            if (i == _levels.Count - 1) return node;
            finished.Add(node);
            Add(i + 1, Hash256.Of(node.Bytes), node.Reach, finished);
        }
    }

    private void Add(int index, Hash256 hash, long reach, List<FinishedNode> finished)
    {
        if (index == _levels.Count) _levels.Add(new Level(ReachOf(index)));
        Level level = _levels[index];
        if (level.Children.Count == fanOut)
        {
            FinishedNode full = Close(index);
            finished.Add(full);
            Add(index + 1, Hash256.Of(full.Bytes), full.Reach, finished);
        }

        level.Children.Add(hash);
        level.Reach += reach;
    }

    private FinishedNode Close(int index)
    {
        Level level = _levels[index];
        var node = new FinishedNode(TreeNode.Write(index, level.ChildReach, level.Reach, level.Children), level.Reach);
        level.Children.Clear();
        level.Reach = 0;
        return node;
    }

    private long ReachOf(int level)
    {
        long reach = chunkSize;
        for (int i = 0; i < level; i++) reach = checked(reach * fanOut);
        return reach;
    }

    private sealed class Level(long childReach)
    {
        public List<Hash256> Children { get; } = [];

        public long ChildReach { get; } = childReach;

        public long Reach { get; set; }
    }
}
