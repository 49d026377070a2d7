using PastryActors.Micro.Operations;
using PastryActors.Scribe.Topics;

namespace PastryActors.Micro.Tests;

/// <summary>
/// What the inner loops allocate, in bytes an operation: the same on every machine and under every load, so that a change that makes one of
/// them dearer fails here and not in somebody's cluster. The limits are what was measured, and a little; whoever needs more says why.
/// </summary>
public sealed class AllocationTests
{
    private const int Messages = 1024;

    [Fact]
    public void Writing_allocates_nothing()
    {
        var wire = new WireOperations();
        AssertAllocates(0, 1, wire.WriteSmall);
        AssertAllocates(0, WireOperations.RunMessages, wire.WriteRun);
        var frames = new FrameOperations();
        AssertAllocates(0, FrameOperations.Frames, frames.Write);
    }

    [Fact]
    public void Reading_allocates_the_message_and_its_bytes()
    {
        var wire = new WireOperations();
        AssertAllocates(48, 1, () => wire.ReadSmall());
        AssertAllocates(164, WireOperations.RunMessages, () => wire.ReadRun());
        var frames = new FrameOperations();
        AssertAllocates(168, FrameOperations.Frames, () => frames.Read());
    }

    [Fact]
    public void Routing_allocates_nothing()
    {
        var routing = new RoutingOperations();
        AssertAllocates(0, RoutingOperations.Keys, () => routing.Decide());
    }

    [Fact]
    public void A_mailbox_allocates_nothing_for_a_message()
    {
        using var mailbox = new MailboxOperations();
        AssertAllocates(0, MailboxOperations.Messages, mailbox.Send);
    }

    [Fact]
    public void A_certificate_of_a_batch_allocates_its_path()
    {
        using var certificates = new CertificateOperations();
        AssertAllocates(344, CertificateOperations.Certificates, () => certificates.SignBatch());
        AssertAllocates(0, 1, () => certificates.FollowPath());
    }

    [Theory]
    [InlineData("best-effort", 2300)]
    [InlineData("ordered", 2200)]
    public void A_message_of_a_topic_costs_a_bounded_amount_on_all_nodes_together(string level, int limit)
    {
        var ring = new MulticastRing(level == "ordered" ? DeliveryLevel.Ordered : DeliveryLevel.BestEffort);
        byte[] payload = new byte[100];
        AssertAllocates(limit, Messages, () => ring.Publish(Messages, payload));
    }

    private static void AssertAllocates(int bytesMax, int operations, Action run)
    {
        // What is made once and what the compiler makes in stages is not of the operation.
        for (int i = 0; i < 50; i++) run();
        const int Runs = 20;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Runs; i++) run();
        long bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Runs / operations;
        Assert.True(bytes <= bytesMax, $"{bytes} bytes an operation, not {bytesMax} at most");
    }
}
