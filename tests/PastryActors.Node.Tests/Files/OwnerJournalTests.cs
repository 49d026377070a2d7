using PastryActors.Core.Ring;
using PastryActors.Node.Files;
using PastryActors.Past.Certificates;

namespace PastryActors.Node.Tests.Files;

public sealed class OwnerJournalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pastry-test-").FullName;

    [Fact]
    public void What_one_process_wrote_another_knows()
    {
        using var a = new OwnerJournal(_folder, "a");
        using var b = new OwnerJournal(_folder, "b");
        a.Inserted(Certificate(1, at: 10));
        b.Inserted(Certificate(2, at: 20));
        Assert.True(b.WasAcknowledged(Id(1)));
        Assert.Equal([Id(1).ToString(), Id(2).ToString()], a.Files().Select(f => f.FileId));

        b.Reclaimed(Id(1), 30);
        Assert.True(a.WasReclaimed(Id(1)));
        Assert.Equal(Id(2).ToString(), Assert.Single(a.Files()).FileId);
    }

    [Fact]
    public void A_line_torn_by_a_crash_costs_only_itself()
    {
        using (var journal = new OwnerJournal(_folder, "a")) journal.Inserted(Certificate(1, at: 10));
        File.AppendAllText(Path.Combine(_folder, "a.jsonl"), "{\"op\":\"ins");
        using (var journal = new OwnerJournal(_folder, "a"))
        {
            journal.Inserted(Certificate(2, at: 20));
            Assert.Equal(2, journal.Files().Count);
            Assert.Equal(1, journal.UnreadableLines);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static FileId Id(uint n) => new(new RingId(n), n);

    private static ObjectCertificate Certificate(uint n, long at) => new(
        ObjectKind.File, Id(n), $"file {n}", default, default, 0, 0, 3, default, at, "", new Core.Driving.BatchSignature(default, 0, default));
}
