namespace PastryActors.Client;

/// <summary>The chunks of a file as it is stored, each named by its hash: what a reader verifies every one by as it comes.</summary>
/// <param name="ContentHash">As of the file: with it whoever builds the hash tree over the chunks can check that these are its chunks.</param>
/// <param name="StoredSize">Bytes of what is stored: of an encrypted file more than its content.</param>
/// <param name="ChunkSizeBytes">Bytes of every chunk but the last; 0 for a file in one piece.</param>
/// <param name="Hashes">SHA-256 of each, 32 bytes after 32 bytes.</param>
public sealed record FileChunks(string ContentHash, long StoredSize, int ChunkSizeBytes, ReadOnlyMemory<byte> Hashes);
