namespace PastryActors.Store.Files;

/// <summary>The folder that holds the volumes: the seam at which tests put a disk that lies. Errors are <see cref="IOException"/>s.</summary>
internal interface IVolumeFolder : IDisposable
{
    /// <summary>Names of all files that are there.</summary>
    IReadOnlyList<string> List();

    /// <summary>Makes a new, empty file. Its name is durable only after <see cref="Sync"/>.</summary>
    IVolumeFile Create(string name);

    IVolumeFile Open(string name);

    /// <summary>Deletes a file; readers that hold it open may go on. Durable only after <see cref="Sync"/>.</summary>
    void Delete(string name);

    /// <summary>The content of a small file that is no volume; null if it is not there or cannot be read.</summary>
    byte[]? ReadNote(string name);

    /// <summary>Puts a small file in the place of the one of its name, whole or not at all. Need not survive the loss of power.</summary>
    void WriteNote(string name, byte[] content);

    /// <summary>Returns when the names that were made and deleted survive the loss of power.</summary>
    void Sync();
}

/// <summary>One file of a volume. Reads are safe on any thread; everything else is the writer's.</summary>
internal interface IVolumeFile : IDisposable
{
    /// <summary>Length in bytes as the file system tells it.</summary>
    long Length { get; }

    /// <summary>Fills the buffer from <paramref name="offset"/>; less than the whole only at the end of the file.</summary>
    int Read(Span<byte> buffer, long offset);

    /// <summary>Writes the buffers one after the other from <paramref name="offset"/>; durable only after <see cref="Sync"/>.</summary>
    void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long offset);

    /// <summary>Cuts the file to <paramref name="length"/> bytes.</summary>
    void Truncate(long length);

    /// <summary>Returns when everything written survives the loss of power.</summary>
    void Sync();
}
