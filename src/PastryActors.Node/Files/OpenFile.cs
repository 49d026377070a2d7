using PastryActors.Core.Content;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Trees;

namespace PastryActors.Node.Files;

/// <summary>A file that was found: its certificate, and the top of its hash tree or, of a small one, all its bytes.</summary>
public sealed class OpenFile
{
    internal OpenFile(ObjectCertificate certificate, MemoryContent content, HashTreeNode? top) => (Certificate, Content, Top) = (certificate, content, top);

    /// <summary>The owner's statement about the file, verified.</summary>
    public ObjectCertificate Certificate { get; }

    /// <summary>The fileId.</summary>
    public FileId File => Certificate.File;

    /// <summary>Length of the file in bytes.</summary>
    public long Size => Certificate.FileSize;

    /// <summary>What names the content: the SHA-256 of the bytes, or of the top of the hash tree over them; the same wherever the chunks lie.</summary>
    public Hash256 ContentHash => Top?.PlainHash ?? Certificate.ContentHash;

    /// <summary>Chunks of content; 1 for a file in one piece.</summary>
    public long ChunkCount => Top is null ? 1 : (Size + Top.ChunkSizeBytes - 1) / Top.ChunkSizeBytes;

    /// <summary>Who gave the file's own object.</summary>
    public required NodeHandle Holder { get; init; }

    /// <summary>Hops that its lookup took.</summary>
    public required int Hops { get; init; }

    internal MemoryContent Content { get; }

    internal HashTreeNode? Top { get; }
}

/// <summary>A part of a file as its parent in the hash tree names it.</summary>
/// <param name="Parent">The node that names it.</param>
/// <param name="Child">What that node says of it.</param>
internal readonly record struct FilePart(FileId Id, HashTreeNode Parent, TreeChild Child)
{
    /// <summary>Whether the part is content, and not a node of the tree.</summary>
    public bool IsChunk => Parent.Level == 0;

    /// <summary>Whether the part is a chunk of parity: not content, but what content can be made again from.</summary>
    public bool IsParity => IsChunk && Child.Index >= Parent.ChildCount;
}
