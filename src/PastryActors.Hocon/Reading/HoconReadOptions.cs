namespace PastryActors.Hocon.Reading;

/// <summary>What a reader takes from its surroundings. The defaults are the real ones; tests put their own in place.</summary>
public sealed record HoconReadOptions
{
    /// <summary>The defaults: disk and environment of this process.</summary>
    public static HoconReadOptions Default { get; } = new();

    /// <summary>Bounds of the document.</summary>
    public HoconLimits Limits { get; init; } = new();

    /// <summary>The value of a variable of the environment, or null: what a substitution falls back to.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>
    /// The bytes of the file at a full path, at most one more than the given bound, or null when there is no such file. May throw
    /// <see cref="IOException"/> and <see cref="UnauthorizedAccessException"/>: they become a <see cref="HoconException"/>.
    /// </summary>
    public Func<string, int, byte[]?> ReadFile { get; init; } = DiskFile.Read;
}

internal static class DiskFile
{
    public static byte[]? Read(string path, int bytesMax)
    {
        if (!File.Exists(path)) return null;
        using FileStream file = File.OpenRead(path);
        // Pipes have no length, and files that the system makes up say 0.
        bool hasLength = file.CanSeek && file.Length > 0;
        var bytes = new byte[(int)Math.Min(hasLength ? file.Length : bytesMax, bytesMax) + 1];
        int count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..count];
    }
}
