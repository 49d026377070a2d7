namespace PastryActors.Node.Directories;

/// <summary>One entry of a directory: a file that was inserted, a symbolic link, or a folder (which is listed so that empty ones come back too).</summary>
/// <param name="Path">Relative, with slashes.</param>
/// <param name="FileId">Of a file; null for anything else.</param>
/// <param name="Size">In bytes; 0 for anything but a file.</param>
/// <param name="Mode">Unix permission bits; 0 where the system has none.</param>
/// <param name="Modified">When the content was last changed.</param>
/// <param name="Link">Of a symbolic link what it leads to, as it is written in it; null for anything else.</param>
/// <param name="Key">Of an encrypted file its key; null for anything else. Only encrypted directories have such.</param>
public sealed record DirectoryEntry(string Path, string? FileId, long Size, int Mode, DateTimeOffset Modified, string? Link = null, string? Key = null)
{
    /// <summary>What the entry is, of the three.</summary>
    internal bool IsFolder => FileId is null && Link is null;
}
