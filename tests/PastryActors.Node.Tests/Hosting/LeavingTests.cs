using System.Security.Cryptography;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Node.Files;
using PastryActors.Node.Gateway;
using PastryActors.Node.Hosting;
using PastryActors.Node.Tests.Fakes;
using PastryActors.Node.Workers;

namespace PastryActors.Node.Tests.Hosting;

/// <summary>Whole nodes over sockets: whoever leaves hands over first.</summary>
public sealed class LeavingTests
{
    [Fact]
    public async Task The_only_copies_are_elsewhere_when_their_holder_has_gone()
    {
        await using RealRing ring = await RealRing.StartAsync(4, "past.replicas=1", "past.cache-size=0B");
        Dictionary<FileId, byte[]> files = await InsertUntilHeldAsync(ring, ring.Nodes[1]);

        await ring.LeaveAsync(ring.Nodes[1]);

        foreach ((FileId file, byte[] content) in files) Assert.Equal(content, await ReadAsync(ring.Nodes[0], file));
    }

    [Fact]
    public async Task A_node_without_time_for_it_hands_over_nothing()
    {
        await using RealRing ring = await RealRing.StartAsync(2, "past.replicas=1", "past.cache-size=0B", "node.hand-over=0s");
        Dictionary<FileId, byte[]> files = await InsertUntilHeldAsync(ring, ring.Nodes[1]);

        await ring.LeaveAsync(ring.Nodes[1]);

        await Assert.ThrowsAsync<RequestFailedException>(async () =>
        {
            foreach (FileId file in files.Keys) await ReadAsync(ring.Nodes[0], file);
        });
    }

    /// <summary>How much of the ring is a node's share is chance.</summary>
    private static async Task<Dictionary<FileId, byte[]>> InsertUntilHeldAsync(RealRing ring, EmbeddedNode holder)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var journal = new OwnerJournal(Path.Combine(ring.Folder, "files"), "test");
        var owner = new OwnerIdentity(new BatchSigner(key, new SignatureOptions()), TimeProvider.System);
        GatewayServices services = GatewayServices.Over(ring.Nodes[0].Access, owner, journal, new FileTransferOptions(), TimeProvider.System);
        CancellationToken deadline = RealRing.Deadline;
        Dictionary<FileId, byte[]> files = [];
        while ((await holder.Access.StatusAsync(deadline)).Objects == 0)
        {
            byte[] content = RandomNumberGenerator.GetBytes(10_000);
            FileInserted done = await services.Inserter.InsertAsync(new InsertFile($"file {files.Count}", "text/plain", 1, content.Length), new MemoryStream(content), new InsertProgress(), deadline);
            files[done.File] = content;
        }

        return files;
    }

    private static async Task<byte[]> ReadAsync(EmbeddedNode node, FileId file)
    {
        var reader = new FileReader(node.Access, new FileTransferOptions());
        OpenFile open = await reader.OpenAsync(file, RealRing.Deadline);
        using var content = new MemoryStream();
        await foreach (ReadOnlyMemory<byte> piece in reader.ReadAsync(open, 0, open.Size, RealRing.Deadline)) content.Write(piece.Span);
        return content.ToArray();
    }
}
