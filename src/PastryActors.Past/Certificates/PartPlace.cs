using System.Buffers.Binary;
using PastryActors.Core.Collections;

namespace PastryActors.Past.Certificates;

/// <summary>
/// What tells the ids of parts apart beside what they are: the attempt under which a chunk found room and, of a coded file, which row it is. Without the row two equal chunks of such a file would be one object, of one
/// replica, and what was to be lost apart be lost together. It stands in the salt of the part's certificate.
/// </summary>
/// <param name="Attempt">0 to 3: a chunk that found no room goes to other nodes by the next (SOSP 2001, section 3.4), without the rest of its file.</param>
/// <param name="Row">Number of a coded file's chunk over all its stripes, content and parity; null for any other part.</param>
public readonly record struct PartPlace(int Attempt, int? Row = null)
{
    private const int RowSaltBytes = 5;

    /// <summary>The salt: nothing for the usual place of the usual part, else the attempt (1 byte) and behind it the row (4), if there is one.</summary>
    public Blob ToSalt()
    {
        if (Row is not { } row) return Attempt == 0 ? default(Blob) : new byte[] { (byte)Attempt };
        var salt = new byte[RowSaltBytes];
        salt[0] = (byte)Attempt;
        BinaryPrimitives.WriteInt32BigEndian(salt.AsSpan(1), row);
        return salt;
    }

    /// <summary>Reads a salt; null for one that no part has.</summary>
    public static PartPlace? TryRead(Blob salt)
    {
        ReadOnlySpan<byte> bytes = salt.Span;
        if (bytes.IsEmpty) return default(PartPlace);
        if (bytes[0] > FileIds.PartAttemptMax) return null;
        if (bytes.Length == 1) return bytes[0] == 0 ? null : new PartPlace(bytes[0]);
        return bytes.Length == RowSaltBytes && BinaryPrimitives.ReadInt32BigEndian(bytes[1..]) is >= 0 and var row ? new PartPlace(bytes[0], row) : null;
    }
}
