using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Requests;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Messages;

public sealed class PastKindsTests
{
    private static readonly WireCodec Codec = new(PastKinds.All);
    private static readonly ObjectCertificate Certificate = Make.File("name", Make.Content("hello"));
    private static readonly NodeHandle Node = new(new RingId(7), "host:1", 3);
    private static readonly StoreReceipt Receipt = new(Certificate.File, Certificate.ContentHash, Keys.Of("node"), null, Keys.Sign(Keys.Of("node"), default));
    private static readonly SyncEntry Entry = new(Certificate.File, true, 3, 5);

    private static readonly Message[] Examples =
    [
        new Locate(1, new RingId(5), 7),
        new Located(2, [Node, Node], true),
        new LookupRequest(3, Certificate.File),
        new ObjectAnswer(4, Certificate, 2),
        new LookupMiss(5, [Node], 1),
        new StoreRequest(6, Certificate, true),
        new StoreAnswer(7, Receipt, true),
        new Refused(8, RefusalCode.Busy, "later"),
        new HoldQuery(9, [Certificate.File, default]),
        new HoldQuery(9, default, Leaving: true),
        new HoldReport(10, new byte[] { 0x83, 1 }),
        new InspectQuery(11, Certificate.File, true),
        new InspectReport(12, HolderState.Held, Certificate, null, TimeSpan.FromHours(1)),
        new FetchRequest(13, Certificate.File),
        new FetchMiss(14, HolderState.Damaged),
        new TombstoneAnswer(15, new Tombstone(Certificate, Make.Reclaim(Certificate.File))),
        new ReclaimRequest(16, Certificate.File, Make.Reclaim(Certificate.File)),
        new ReclaimAnswer(17, HolderState.Held, 3, 5),
        new SyncAsk(18, new RingId(1), new RingId(UInt128.MaxValue), 5, 6, ulong.MaxValue),
        new SyncAnswer(19, SyncVerdict.List, default, SyncEntry.Pack([Entry]), new RingId(9)),
        new SyncAnswer(20, SyncVerdict.Parts, new byte[12], default, default),
        new SyncTell(0, SyncEntry.Pack([Entry, Entry]), true),
        new RoomNotice(0, 5, 7),
        new RoomQuery(21, 5),
        new RoomReport(22, [Node]),
        new PointerOffer(0, Certificate, Node),
        new Discard(23, Certificate.File),
        new CacheCopy(0, Certificate, 5),
        new UpkeepMessage(26, Certificate.File, null),
        new UpkeepMessage(27, null, new UpkeepReport(RepairActivity.Paused, 3, 1, [Certificate.File], RepairTrouble.NoRoom, CapacityAdvice.TooSmall, HostUpkeep.Unknown with { ScrubAge = TimeSpan.FromDays(2), CompactionPaused = true })),
        new LookupRequest(25, Certificate.File, Node, Chosen: true),
        new AuditChallenge(26, Certificate.File, Certificate.ContentHash),
        new AuditProof(27, Certificate.ContentHash),
        new LedgerRequest(28, LedgerIntent.Credit, Certificate.ContentHash, null, Certificate.File, Make.Reclaim(Certificate.File), [new ReclaimReceipt(Certificate.File, Keys.Alice, Keys.Sign(Keys.Alice, default))]),
        new LedgerRequest(29, LedgerIntent.Debit, Certificate.ContentHash, Certificate with { IsDebit = true }),
        new LedgerAnswer(30, 1, 2, long.MaxValue),
        new StoreAnswer(24, Receipt with { DivertedTo = new RingId(9) }, false, Receipt),
    ];

    [Fact]
    public void Every_message_comes_back_as_it_was() => Assert.All(Examples, m => Assert.Equal(m, Codec.Read(m.Kind, Encode(m))));

    [Fact]
    public void Every_kind_of_message_is_listed_and_has_an_example()
    {
        IEnumerable<Type> types = typeof(PastComponent).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Message)) && !t.IsAbstract);
        Assert.Equal(types.OrderBy(t => t.Name), Examples.Select(m => m.GetType()).Distinct().OrderBy(t => t.Name));
        Assert.Equal(PastKinds.All.Select(k => k.Number), Examples.Select(m => m.Kind).Distinct().Order());
        Assert.All(PastKinds.All, k => Assert.InRange(k.Number, 32, 63));
    }

    [Fact]
    public void Cut_or_random_bytes_are_refused_and_nothing_else_is_thrown()
    {
        var random = new RandomSource(11);
        foreach (Message message in Examples)
        {
            byte[] good = Encode(message);
            for (int cut = 0; cut < good.Length; cut++) Codec.TryRead(message.Kind, good.AsSpan(0, cut), out _, out _);
            for (int round = 0; round < 2000; round++)
            {
                byte[] bad = [.. good];
                for (int flips = 1 + random.Next(4); flips > 0; flips--) bad[random.Next(bad.Length)] = (byte)random.NextUInt64();
                Codec.TryRead(message.Kind, bad, out _, out _);
            }
        }
    }

    [Fact]
    public void Lists_beyond_their_bound_are_refused()
    {
        Assert.False(Codec.TryRead(HoldQuery.Number, Encode(new HoldQuery(1, new(new FileId[HoldQuery.ObjectsMax + 1]))), out _, out _));
        Assert.False(Codec.TryRead(Located.Number, Encode(new Located(1, new([.. Enumerable.Repeat(Node, Locate.CountMax + 1)]), false)), out _, out _));
        Assert.False(Codec.TryRead(SyncTell.Number, Encode(new SyncTell(1, new byte[SyncEntry.SizeBytes * (SyncEntry.EntriesMax + 1)], false)), out _, out _));
        Assert.False(Codec.TryRead(SyncTell.Number, Encode(new SyncTell(1, new byte[SyncEntry.SizeBytes + 1], false)), out _, out _));
    }

    private static byte[] Encode(Message message)
    {
        var writer = new WireWriter();
        message.Write(writer);
        return writer.Written.ToArray();
    }
}
