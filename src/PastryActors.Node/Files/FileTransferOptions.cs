namespace PastryActors.Node.Files;

/// <summary>How the shell moves whole files through its node.</summary>
public sealed record FileTransferOptions
{
    /// <summary>Bytes of a chunk. All of one file's chunks but the last have this length; every node of a ring must accept it.</summary>
    public int ChunkSizeBytes { get; init; } = 1 << 20;

    /// <summary>
    /// Objects in flight for one upload or download. One chunk takes a round trip and a disk; sixteen fill most links. A transfer holds
    /// at most this many chunks in memory.
    /// </summary>
    public int Window { get; init; } = 16;

    /// <summary>How long one object may take, with all the attempts that PAST makes meanwhile.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long one chunk of a coded file is waited for before the others of its stripe are asked for, too: its one holder may have failed unnoticed. Less costs traffic where links are slow, since a stripe is 10 chunks and more; more
    /// lets a reader wait at every stripe until the ring has found the failure.
    /// </summary>
    public TimeSpan CodedPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often the keeper of a coded file looks whether all its chunks are there: a stripe is safe while no more of its chunks are lost within two of these than it has of parity.</summary>
    public TimeSpan CodedCheckPeriod { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Salts tried for a file that finds no room: the paper's three further ones after the first (file diversion, SOSP 2001, section 3.4).</summary>
    public int AttemptsMax { get; init; } = 4;

    /// <summary>The paper's k where an insert names none.</summary>
    public int Replicas { get; init; } = 3;

    /// <summary>Largest file accepted, in bytes. Only a guard against a stream that never ends.</summary>
    public long FileSizeMaxBytes { get; init; } = 1L << 44;
}
