using PastryActors.Core.Content;
using PastryActors.Core.Ring;
using PastryActors.Node.Files.Format;
using PastryActors.Past.Certificates;

namespace PastryActors.Node.Files;

/// <summary>A file that was found: its certificate, and the top of its hash tree or, of a small one, all its bytes.</summary>
public sealed class OpenFile
{
    internal OpenFile(ObjectCertificate certificate, MemoryContent content)
    {
        Certificate = certificate;
        Content = content;
        if (certificate.Kind != ObjectKind.FileTree) return;
        Top = TreeNode.Read(content.Bytes);
        if (Top.Reach != certificate.FileSize) throw new InvalidDataException("the file's hash tree and its certificate disagree about its size");
    }

    /// <summary>The owner's statement about the file, verified.</summary>
    public ObjectCertificate Certificate { get; }

    /// <summary>The fileId.</summary>
    public FileId File => Certificate.File;

    /// <summary>Length of the file in bytes.</summary>
    public long Size => Certificate.FileSize;

    /// <summary>What names the content: the SHA-256 of the bytes, or of the top of the hash tree over them.</summary>
    public Hash256 ContentHash => Certificate.ContentHash;

    internal MemoryContent Content { get; }

    internal TreeNode? Top { get; }
}

/// <summary>A part of a file as its parent in the hash tree names it.</summary>
/// <param name="Offset">Of its first byte in the file.</param>
/// <param name="Reach">Bytes of the file under it.</param>
/// <param name="Level">0 for a chunk, n for a tree node of level n - 1.</param>
internal readonly record struct FilePart(FileId Id, Hash256 Hash, long Offset, long Reach, int Level);
