using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Requests;
using PastryActors.Past.Tests.Testing;

namespace PastryActors.Past.Tests.Requesting;

public sealed class InspectTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly TestRing _ring = new(12);
    private readonly ObjectCertificate _certificate;
    private readonly List<TestNode> _closest;

    public InspectTests()
    {
        var content = Make.Content("hello");
        _certificate = Make.File("a", content);
        _ring.Ask<ObjectInserted>(_ring.Nodes[0], id => new InsertObject(id, Timeout, _certificate, content, false));
        _closest = _ring.ClosestTo(_certificate.File);
    }

    [Theory]
    [InlineData(false, HolderState.Held)]
    [InlineData(true, HolderState.Verified)]
    public void The_holders_come_first_and_the_neighbours_have_nothing(bool readBack, HolderState expected)
    {
        var inspected = Inspect(readBack);
        Assert.Equal(_certificate, inspected.Certificate);
        Assert.Equal(_closest.Take(5).Select(n => n.Self), inspected.Holders.Select(h => h.Node));
        Assert.Equal(Enumerable.Repeat(expected, 3), inspected.Holders.Take(3).Select(h => h.State));
        Assert.All(inspected.Holders.Skip(3), h => Assert.Equal(HolderState.Missing, h.State));
    }

    [Fact]
    public void Reading_back_finds_rot()
    {
        _closest[1].Disk[_certificate.File] = _closest[1].Disk[_certificate.File] with { Content = Make.Content("rotts") };
        Assert.Equal(HolderState.Damaged, Inspect(true).Holders[1].State);
    }

    [Fact]
    public void A_silent_holder_is_reported_as_unreachable()
    {
        _ring.OnTheWay = p => p.From.Id == _closest[2].Self.Id ? null : p;
        Assert.Equal(HolderState.Unreachable, Inspect(false).Holders[2].State);
    }

    [Fact]
    public void An_object_that_nobody_has_has_no_certificate()
    {
        var inspected = _ring.Ask<ObjectInspected>(_closest[11], id => new InspectObject(id, Timeout, Make.File("nowhere", Make.Content("x")).File, false));
        Assert.Null(inspected.Certificate);
        Assert.All(inspected.Holders, h => Assert.Equal(HolderState.Missing, h.State));
    }

    [Fact]
    public void A_forged_certificate_is_passed_over()
    {
        ObjectCertificate forged = Make.Signed(_certificate with { Replicas = 1 }, Keys.Mallory);
        _ring.OnTheWay = p => p is { Message: InspectReport { Certificate: not null } report } && p.From.Id == _closest[0].Self.Id ? p with { Message = report with { Certificate = forged } } : p;
        Assert.Equal(_certificate, Inspect(false).Certificate);
    }

    private ObjectInspected Inspect(bool readBack) =>
        _ring.Ask<ObjectInspected>(_closest[11], id => new InspectObject(id, Timeout, _certificate.File, readBack));
}
