using System.Runtime.InteropServices;

namespace PastryActors.Store.Files;

/// <summary>
/// fsync of a folder: without it a power cut can take a file that was itself synced, because its name was not. .NET has no call for
/// it, hence libc. Elsewhere than on Linux it does nothing: the file system's journal is trusted to order names after data.
/// </summary>
internal static partial class FolderSync
{
    private const int ReadOnly = 0;

    public static void Run(string path)
    {
        if (!OperatingSystem.IsLinux()) return;
        int descriptor = Open(path, ReadOnly);
        if (descriptor < 0) throw Failure("open", path);
        try
        {
            if (Fsync(descriptor) != 0) throw Failure("fsync", path);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string call, string path)
    {
        int error = Marshal.GetLastPInvokeError();
        return new IOException($"{call} of the folder '{path}' failed: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
