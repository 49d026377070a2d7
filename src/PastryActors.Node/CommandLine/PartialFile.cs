using System.Globalization;
using PastryActors.Client;

namespace PastryActors.Node.CommandLine;

/// <summary>
/// What an interrupted download left: PATH.part and, where it could still write it, a note of how much of that was verified. With the note nothing is read again; without one, or if the part was changed since, the chunks
/// that are there are read here and compared with the file's, and none of them is fetched again.
/// </summary>
internal sealed class PartialFile(string path)
{
    private string Path { get; } = path + ".part";

    private string NotePath => Path + ".verified";

    /// <summary>Whether there is something to take up.</summary>
    public bool Exists => File.Exists(Path) && new FileInfo(Path).Length > 0;

    /// <summary>How many bytes from the beginning are the file's.</summary>
    public async Task<long> VerifiedAsync(PastClient past, FileLink link, OpenedFile file, CancellationToken stop)
    {
        if (Noted(file) is { } noted) return noted;
        ChunkList chunks = await ChunkList.OfAsync(past, link, file, stop).ConfigureAwait(false);
        await using var part = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using Stream stored = file.AsStored(part);
        byte[] buffer = new byte[chunks.ChunkSizeBytes];
        long verified = 0;
        for (int i = 0; i < chunks.Count; i++)
        {
            int length = await stored.ReadAtLeastAsync(buffer.AsMemory(0, chunks.LengthOf(i)), chunks.LengthOf(i), throwOnEndOfStream: false, stop).ConfigureAwait(false);
            if (!chunks.Is(i, buffer.AsSpan(0, length))) break;
            verified += length;
        }

        return Math.Min(file.ContentWithin(verified), part.Length);
    }

    /// <summary>Opens it to write behind its first bytes; what stood there goes, and with it the note.</summary>
    public FileStream OpenAt(long verified)
    {
        File.Delete(NotePath);
        var file = new FileStream(Path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, 128 * 1024, FileOptions.Asynchronous);
        file.SetLength(verified);
        file.Position = verified;
        return file;
    }

    /// <summary>Leaves the first bytes of it.</summary>
    public void CutTo(long size)
    {
        using FileStream file = OpenAt(size);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Notes how much is verified; the part is closed and on the disk.</summary>
    public void Note(OpenedFile file, long verified) => File.WriteAllText(NotePath, Line(file, verified));

    /// <summary>The part is whole: it becomes the file.</summary>
    public void Finish(string to)
    {
        File.Move(Path, to, overwrite: true);
        File.Delete(NotePath);
    }

    private long? Noted(OpenedFile file)
    {
        if (!File.Exists(NotePath)) return null;
        string line = File.ReadAllText(NotePath);
        bool read = long.TryParse(line.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out long verified);
        return read && line == Line(file, verified) && verified <= new FileInfo(Path).Length ? verified : null;
    }

    private string Line(OpenedFile file, long verified) =>
        string.Create(CultureInfo.InvariantCulture, $"{verified} {file.ContentHash} {File.GetLastWriteTimeUtc(Path).Ticks}");
}
