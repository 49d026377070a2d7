namespace PastryActors.Store.Files;

/// <summary>Tells a disk that is full from one that is broken.</summary>
internal static class DiskErrors
{
    private const int LinuxNoSpace = 28;
    private const int LinuxQuotaExceeded = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Whether the error says that there is no room: .NET hands on the system's own number.</summary>
    public static bool IsFull(Exception error) => error.HResult is LinuxNoSpace or LinuxQuotaExceeded or WindowsDiskFull;
}
