using PastryActors.Core.Driving;
using PastryActors.Core.Wire;

namespace PastryActors.Tcp.Frames;

/// <summary>The first frame of each side: who speaks, in which ring, on which lane, with which limits.</summary>
/// <param name="SchemaVersion">Version of the messages' schema.</param>
/// <param name="Ring">Name of the ring.</param>
/// <param name="Nonce">32 random bytes: what makes the signatures of this handshake fresh.</param>
/// <param name="PublicKey">The process's key; over TLS the one in the certificate.</param>
/// <param name="Lane">What the connection is for.</param>
/// <param name="MessageBytesMax">The largest message that the speaker accepts.</param>
/// <param name="ContentBytesMax">The largest content that the speaker accepts.</param>
internal sealed record Hello(int SchemaVersion, string Ring, byte[] Nonce, byte[] PublicKey, Lane Lane, int MessageBytesMax, int ContentBytesMax)
{
    public const int NonceSizeBytes = 32;

    public void Write(WireWriter writer)
    {
        writer.Number(1, (ulong)SchemaVersion);
        writer.Text(2, Ring);
        writer.Bytes(3, Nonce);
        writer.Bytes(4, PublicKey);
        writer.Number(5, (ulong)Lane);
        writer.Number(6, (ulong)MessageBytesMax);
        writer.Number(7, (ulong)ContentBytesMax);
    }

    /// <exception cref="WireFormatException">The bytes are no greeting.</exception>
    public static Hello Read(WireReader reader)
    {
        var hello = new Hello(0, "", [], [], Lane.Control, 0, 0);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: hello = hello with { SchemaVersion = reader.Int() }; break;
                case 2: hello = hello with { Ring = reader.Text() }; break;
                case 3: hello = hello with { Nonce = reader.Bytes().ToArray() }; break;
                case 4: hello = hello with { PublicKey = reader.Bytes().ToArray() }; break;
                case 5: hello = hello with { Lane = ReadLane(reader.Int()) }; break;
                case 6: hello = hello with { MessageBytesMax = reader.Int() }; break;
                case 7: hello = hello with { ContentBytesMax = reader.Int() }; break;
                default: reader.Skip(); break;
            }
        }

        return hello.Nonce.Length == NonceSizeBytes ? hello : throw new WireFormatException("a nonce of the wrong size");
    }

    private static Lane ReadLane(int value) => value <= (int)Lane.Bulk ? (Lane)value : throw new WireFormatException("an unknown lane");
}
