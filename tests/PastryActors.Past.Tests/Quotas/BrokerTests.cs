using PastryActors.Core.Collections;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Quotas;

/// <summary>A broker grants owners their quotas; nobody else does.</summary>
public sealed class BrokerTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly Blob Broker = Keys.Of("broker");
    private static readonly Hash256 Alice = Hash256.Of(Keys.Alice.Span);

    private readonly TestRing _ring = new(12, TestRing.Fast with { Broker = Broker });
    private readonly MemoryContent _content = Make.Content("0123456789");

    [Fact]
    public void An_owner_without_a_grant_inserts_nothing() => Assert.Equal(FailureCode.OverQuota, ((Failed)Insert("a")).Code);

    [Fact]
    public void A_grant_lets_its_owner_insert_as_much_as_it_says()
    {
        Assert.Equal(30, Publish<LedgerReport>(Grant(30, issued: 1)).QuotaBytes);
        Assert.IsType<ObjectInserted>(Insert("a"));
        Assert.Equal(FailureCode.OverQuota, ((Failed)Insert("b")).Code);
    }

    [Fact]
    public void A_later_grant_replaces_an_earlier_in_whatever_order_they_come()
    {
        Publish<LedgerReport>(Grant(60, issued: 5));
        Publish<LedgerReport>(Grant(10, issued: 3));
        Assert.IsType<ObjectInserted>(Insert("a"));
        Publish<LedgerReport>(Grant(0, issued: 9));
        Assert.Equal(FailureCode.OverQuota, ((Failed)Insert("b")).Code);
    }

    [Fact]
    public void A_grant_ends_when_it_says()
    {
        Publish<LedgerReport>(Grant(100, issued: 1, expires: 500));
        Assert.IsType<ObjectInserted>(Insert("a"));
        _ring.WallClockUnixMilliseconds = 501;
        Assert.Equal(FailureCode.OverQuota, ((Failed)Insert("b")).Code);
    }

    [Fact]
    public void A_stranger_grants_nothing()
    {
        ObjectCertificate unsigned = Ledger.Grant(Keys.Mallory, Alice, 1000, 7, null);
        Assert.Equal(FailureCode.Invalid, Publish<Failed>(Make.Signed(unsigned, Keys.Mallory)).Code);
        Assert.Equal(FailureCode.OverQuota, ((Failed)Insert("a")).Code);
    }

    [Fact]
    public void A_stranger_in_the_brokers_name_grants_nothing()
    {
        Assert.Equal(FailureCode.Invalid, Publish<Failed>(Make.Signed(Ledger.Grant(Broker, Alice, 1000, 7, null), Keys.Mallory)).Code);
        Assert.Equal(FailureCode.OverQuota, ((Failed)Insert("a")).Code);
    }

    [Fact]
    public void A_grant_that_rotted_refuses_nobody_for_good_and_is_fetched_from_another_keeper()
    {
        Publish<LedgerReport>(Grant(30, issued: 1));
        TestNode keeper = _ring.ClosestTo(new FileId(Ledger.KeyOf(Keys.Alice), 0))[0];
        FileId grant = Ledger.GrantOf(Alice, 1);
        keeper.Stop();
        keeper.Disk[grant] = keeper.Disk[grant] with { Meta = new byte[] { 1, 2, 3 } };
        _ring.Restart(keeper);
        Assert.IsType<ObjectInserted>(Insert("a"));
        Assert.NotNull(CertificateCodec.TryDecodeCertificate(keeper.Disk[grant].Meta.Span, out _));
    }

    [Fact]
    public void A_grant_outlives_those_who_keep_it()
    {
        Publish<LedgerReport>(Grant(30, issued: 1));
        for (int i = 0; i < 4; i++)
        {
            _ring.Kill(_ring.ClosestTo(new FileId(Ledger.KeyOf(Keys.Alice), 0))[0]);
            _ring.RunFor(TimeSpan.FromSeconds(20));
        }

        Assert.IsType<ObjectInserted>(Insert("a"));
    }

    private static ObjectCertificate Grant(long bytes, long issued, long? expires = null) => Make.Signed(Ledger.Grant(Broker, Alice, bytes, issued, expires), Broker);

    private T Publish<T>(ObjectCertificate grant)
        where T : Reply => _ring.Ask<T>(_ring.Living.First(), id => new PublishGrant(id, Timeout, grant));

    private Reply Insert(string name) => _ring.Ask(_ring.Living.Last(), id => new InsertObject(id, Timeout, Make.File(name, _content), _content, false));
}
