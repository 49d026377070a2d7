namespace PastryActors.Node.Directories;

/// <summary>One file or folder below a directory.</summary>
/// <param name="Path">Relative to the directory, with slashes.</param>
public sealed record ScannedEntry(string Path, FileSystemInfo Info);

/// <summary>Lists what is below a directory, in order of path. Symbolic links are neither followed nor kept.</summary>
public static class DirectoryScan
{
    public static IReadOnlyList<ScannedEntry> Run(string directory)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };
        return
        [
            .. new DirectoryInfo(directory).EnumerateFileSystemInfos("*", options)
                .Select(info => new ScannedEntry(Path.GetRelativePath(directory, info.FullName).Replace(Path.DirectorySeparatorChar, '/'), info))
                .OrderBy(e => e.Path, StringComparer.Ordinal),
        ];
    }

    /// <summary>The permission bits of a file or folder; 0 where the system has none.</summary>
    public static int ModeOf(FileSystemInfo info) => OperatingSystem.IsWindows() ? 0 : (int)info.UnixFileMode;
}
