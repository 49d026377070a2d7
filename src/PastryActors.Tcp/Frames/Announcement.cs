using PastryActors.Core.Ring;
using PastryActors.Core.Wire;

namespace PastryActors.Tcp.Frames;

/// <summary>One node that the speaker hosts, with the proof that it holds the node's key.</summary>
internal sealed record AnnouncedNode(int Index, NodeHandle Handle, byte[] PublicKey, byte[] Signature)
{
    public void Write(WireWriter writer, int field)
    {
        int mark = writer.Begin(field);
        writer.Number(1, (ulong)Index);
        writer.Node(2, Handle);
        writer.Bytes(3, PublicKey);
        writer.Bytes(4, Signature);
        writer.End(mark);
    }

    public static AnnouncedNode Read(WireReader reader)
    {
        int index = 0;
        NodeHandle? handle = null;
        byte[] publicKey = [];
        byte[] signature = [];
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: index = reader.Int(); break;
                case 2: handle = reader.Node(); break;
                case 3: publicKey = reader.Bytes().ToArray(); break;
                case 4: signature = reader.Bytes().ToArray(); break;
                default: reader.Skip(); break;
            }
        }

        return new AnnouncedNode(index, handle ?? throw new WireFormatException("an announcement without a node"), publicKey, signature);
    }
}

/// <summary>The second frame of each side, and later ones when a node is added: which nodes speak here, each with its proof.</summary>
/// <param name="ProcessSignature">The process's signature over the handshake; empty in later announcements.</param>
/// <param name="Nodes">The nodes.</param>
internal sealed record Announcement(byte[] ProcessSignature, List<AnnouncedNode> Nodes)
{
    public void Write(WireWriter writer)
    {
        writer.Bytes(1, ProcessSignature);
        foreach (AnnouncedNode node in Nodes) node.Write(writer, 2);
    }

    /// <exception cref="WireFormatException">The bytes are no announcement.</exception>
    public static Announcement Read(WireReader reader)
    {
        var announcement = new Announcement([], []);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: announcement = announcement with { ProcessSignature = reader.Bytes().ToArray() }; break;
                case 2: announcement.Nodes.Add(AnnouncedNode.Read(reader.Nested())); break;
                default: reader.Skip(); break;
            }
        }

        return announcement;
    }
}
