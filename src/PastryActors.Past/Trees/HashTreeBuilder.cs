using PastryActors.Core.Coding;
using PastryActors.Core.Ring;

namespace PastryActors.Past.Trees;

/// <summary>A finished node below the top: to be stored as an object of its own.</summary>
/// <param name="Hash">SHA-256 of the bytes, by which the node above names it.</param>
/// <param name="Size">Bytes of the file that it reaches over.</param>
public sealed record FinishedNode(byte[] Bytes, Hash256 Hash, long Size);

/// <summary>
/// Builds the hash tree of a file from its chunks as they come by. Takes the hash and length of each chunk in order; gives the
/// nodes below the top as soon as each is full, and at the end the top. Memory: one node a level, whatever the file's size.
/// </summary>
public sealed class HashTreeBuilder
{
    private readonly TreeShape _shape;
    private readonly StripeCode _code;
    private readonly List<OpenNode> _levels = [new OpenNode()];
    private readonly List<TreeSlot> _parity = [];
    private bool _ended;

    /// <summary>A builder for chunks of <paramref name="chunkSizeBytes"/> bytes, the last of which may be shorter.</summary>
    /// <param name="fanOut">Children of a full node, 2 to 16384.</param>
    /// <param name="code">How the file is coded: then its tree has one node.</param>
    public HashTreeBuilder(int chunkSizeBytes, int fanOut = HashTreeNode.DefaultFanOut, StripeCode code = default)
    {
        _code = code;
        _shape = new TreeShape(chunkSizeBytes, fanOut);
        if (_shape.Problem(0, 1) is { } problem) throw new ArgumentOutOfRangeException(nameof(chunkSizeBytes), problem);
    }

    /// <summary>Bytes of the file so far.</summary>
    public long Size { get; private set; }

    /// <summary>Whether the next chunk finishes a node: then where all chunks before it are must be known.</summary>
    public bool FinishesNode => _levels[0].Children.Count == _shape.FanOut;

    /// <summary>Adds the next chunk and answers its place. Nodes that became full are appended to <paramref name="finished"/>.</summary>
    public TreeSlot Add(Hash256 chunkHash, int length, ICollection<FinishedNode> finished)
    {
        if (_ended) throw new InvalidOperationException("a chunk after the last");
        if (length < 1 || length > _shape.ChunkSizeBytes) throw new ArgumentOutOfRangeException(nameof(length));
        _ended = length < _shape.ChunkSizeBytes;
        Size += length;
        var slot = new TreeSlot(chunkHash);
        Push(0, slot, length, finished);
        return slot;
    }

    /// <summary>Adds the next chunk of parity and answers its place.</summary>
    public TreeSlot AddParity(Hash256 hash)
    {
        var slot = new TreeSlot(hash);
        _parity.Add(slot);
        return slot;
    }

    /// <summary>
    /// Ends the file, the places of whose chunks are all known: appends the nodes still open below the top and answers the top node's bytes. The file must have more than one
    /// chunk: one in a single piece needs no tree.
    /// </summary>
    public byte[] Finish(ICollection<FinishedNode> finished)
    {
        if (Size <= _shape.ChunkSizeBytes) throw new InvalidOperationException("a file of one chunk has no hash tree");
        if (!_code.IsNone && (_levels.Count > 1 || _parity.Count != _code.ParityOf(_levels[0].Children.Count))) throw new InvalidOperationException("a coded file has one tree node, and parity for every stripe");
        _ended = true;
        int level = 0;
        for (; level < _levels.Count - 1; level++) Close(level, finished);
        return Encode(level);
    }

    private void Push(int level, TreeSlot child, long size, ICollection<FinishedNode> finished)
    {
        if (level == _levels.Count) _levels.Add(new OpenNode());

        // Closed only when one more child comes: a tree that ends exactly full must not grow a level with one child.
        if (_levels[level].Children.Count == _shape.FanOut) Close(level, finished);
        _levels[level].Children.Add(child);
        _levels[level].Size += size;
    }

    private void Close(int level, ICollection<FinishedNode> finished)
    {
        byte[] bytes = Encode(level);
        var node = new FinishedNode(bytes, Hash256.Of(bytes), _levels[level].Size);
        _levels[level] = new OpenNode();
        finished.Add(node);
        Push(level + 1, new TreeSlot(node.Hash), node.Size, finished);
    }

    private byte[] Encode(int level) => HashTreeNode.Encode(_shape, level, _levels[level].Size, [.. _levels[level].Children, .. _parity], _code);

    private sealed class OpenNode
    {
        public List<TreeSlot> Children { get; } = [];

        public long Size { get; set; }
    }
}
