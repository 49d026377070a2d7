namespace PastryActors.Client;

/// <summary>What is kept of a file beside its content. Of an encrypted file it is encrypted too.</summary>
/// <param name="Name">The name that its owner gave it.</param>
/// <param name="ContentType">Media type.</param>
/// <param name="Modified">When its content was last changed; null where that was not said.</param>
/// <param name="Mode">Unix permission bits; null where they were not said.</param>
/// <param name="Size">Bytes of content; null of an encrypted file whose length was not known when its head was written.</param>
public sealed record FileMetadata(string Name, string ContentType, DateTimeOffset? Modified = null, int? Mode = null, long? Size = null);
