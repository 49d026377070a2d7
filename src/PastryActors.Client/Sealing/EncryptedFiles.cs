namespace PastryActors.Client;

/// <summary>What the ring knows of an encrypted file, and all that it knows beside length and time.</summary>
public static class EncryptedFiles
{
    /// <summary>Its media type, whatever is in it.</summary>
    public const string MediaType = "application/vnd.pastry.encrypted";

    /// <summary>Its name, whatever its owner calls it.</summary>
    public const string Name = "encrypted";
}
