using System.Net;
using System.Net.Http.Json;
using PastryActors.Client;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Tests.Fakes;
using PastryActors.Node.Workers;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;

namespace PastryActors.Node.Tests.Gateway;

public sealed class OwnerGatewayTests : IDisposable
{
    private readonly TestNode _node = new();

    [Fact]
    public async Task An_owner_is_told_how_it_stands()
    {
        Hash256 owner = Hash256.Of(_node.Owner.PublicKey.Span);
        _node.Ring.Before = r => r is QueryLedger query && query.Owner == owner ? new LedgerReport(r.Id, 30, 100, long.MaxValue) : null;
        (PastryClient client, _) = await _node.ServeAsync();
        OwnerAccount expected = new(owner.ToString(), 30, 100, 70, null, PublicKeys.Format(_node.Owner.PublicKey));
        Assert.Equal(expected, await client.Past.AccountAsync(null, TestNode.Deadline));
        Assert.Equal(expected with { PublicKey = null }, await client.Past.AccountAsync(owner.ToString(), TestNode.Deadline));
    }

    [Fact]
    public async Task A_grant_reaches_the_ring_as_it_was_signed()
    {
        ObjectCertificate grant = Ledger.Grant(_node.Owner.PublicKey, Hash256.Of([1]), 77, 5, 9) with { Signature = await _node.Signer.SignAsync(default) };
        ObjectCertificate? published = null;
        _node.Ring.Before = r => r is PublishGrant publish ? new LedgerReport(r.Id, 0, (published = publish.Grant).FileSize, Ledger.ExpiryOf(publish.Grant)) : null;
        (PastryClient client, _) = await _node.ServeAsync();
        OwnerAccount account = await client.Past.GrantAsync(new QuotaGrant(Convert.ToBase64String(CertificateCodec.Encode(grant))), TestNode.Deadline);
        Assert.Equal(grant, published);
        Assert.Equal((77, DateTimeOffset.FromUnixTimeMilliseconds(9)), (account.QuotaBytes, account.Expires));
    }

    [Theory]
    [InlineData("not base64!")]
    [InlineData("AAAA")]
    [InlineData("")]
    public async Task What_is_no_grant_is_invalid(string certificate)
    {
        (PastryClient client, HttpClient http) = await _node.ServeAsync();
        PastryException refused = await Assert.ThrowsAsync<PastryException>(() => client.Past.GrantAsync(new QuotaGrant(certificate), TestNode.Deadline));
        Assert.Equal("invalid", refused.Code);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.PostAsync(new Uri("/owners", UriKind.Relative), new StringContent("[]"))).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await http.PostAsync(new Uri("/owners", UriKind.Relative), new StringContent(new string(' ', 5000)))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync(new Uri("/owners/me", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task An_insert_over_the_quota_has_a_code_of_its_own()
    {
        _node.Ring.Before = r => r is InsertObject ? new Failed(r.Id, FailureCode.OverQuota, "30 bytes are more than is left") : null;
        (_, HttpClient http) = await _node.ServeAsync();
        using HttpResponseMessage refused = await http.PutAsync(new Uri("/files/f", UriKind.Relative), new ByteArrayContent(TestNode.Bytes(10)));
        Problem problem = (await refused.Content.ReadFromJsonAsync<Problem>())!;
        Assert.Equal((HttpStatusCode.InsufficientStorage, "over-quota"), (refused.StatusCode, problem.Code));
        Assert.Null(problem.NextAttempt);
    }

    [Fact]
    public async Task A_large_file_that_exceeds_the_quota_on_the_way_is_taken_back()
    {
        int inserts = 0;
        _node.Ring.Before = r => r is InsertObject && ++inserts > 3 ? new Failed(r.Id, FailureCode.OverQuota, "no more") : null;
        var failed = await Assert.ThrowsAsync<Node.Access.RequestFailedException>(() => _node.InsertAsync(TestNode.Bytes(8 * TestNode.Chunk)));
        Assert.Equal(FailureCode.OverQuota, failed.Code);
        Assert.Empty(_node.Ring.Objects);
    }

    public void Dispose() => _node.Dispose();
}
