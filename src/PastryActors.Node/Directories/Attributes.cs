namespace PastryActors.Node.Directories;

/// <summary>Gives a restored file or folder the time and the permissions that it had.</summary>
internal static class Attributes
{
    public static void Restore(FileSystemInfo info, DateTimeOffset? modified, int? mode)
    {
        if (modified is { } at) info.LastWriteTimeUtc = at.UtcDateTime;
        // Permissions only: a stranger's file gives nobody set-user-id.
        if (!OperatingSystem.IsWindows() && mode is not null and not 0) info.UnixFileMode = (UnixFileMode)(mode.Value & Client.FileModes.Mask);
    }
}
