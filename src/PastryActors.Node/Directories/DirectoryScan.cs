using System.IO.Enumeration;

namespace PastryActors.Node.Directories;

/// <summary>One file, folder or symbolic link below a directory.</summary>
/// <param name="Path">Relative to the directory, with slashes.</param>
/// <param name="Link">Of a symbolic link what it leads to; null for anything else.</param>
public sealed record ScannedEntry(string Path, FileSystemInfo Info, string? Link);

/// <summary>Lists what is below a directory, in order of path. Symbolic links are entries of their own: what they lead to is never looked at.</summary>
public static class DirectoryScan
{
    public static IReadOnlyList<ScannedEntry> Run(string directory)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false };
        var found = new FileSystemEnumerable<FileSystemInfo>(directory, static (ref FileSystemEntry entry) => entry.ToFileSystemInfo(), options)
        {
            ShouldRecursePredicate = static (ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0,
        };
        return
        [
            .. found.Select(info => new ScannedEntry(Path.GetRelativePath(directory, info.FullName).Replace(Path.DirectorySeparatorChar, '/'), info, info.LinkTarget))
                .OrderBy(e => e.Path, StringComparer.Ordinal),
        ];
    }

    /// <summary>The permission bits of a file or folder; 0 where the system has none.</summary>
    public static int ModeOf(FileSystemInfo info) => OperatingSystem.IsWindows() ? 0 : (int)info.UnixFileMode;
}
