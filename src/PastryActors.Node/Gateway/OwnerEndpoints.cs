using System.Text.Json;
using PastryActors.Client;
using PastryActors.Core.Collections;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Node.Workers;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;

namespace PastryActors.Node.Gateway;

/// <summary>Quotas over HTTP: GET /owner for the owner of this node's key, GET /owners/{hash} for any, POST /owners for a grant of the broker's.</summary>
internal sealed class OwnerEndpoints(GatewayServices services)
{
    private const int GrantBytesMax = 4096;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.Handle("GET", "/owner", context => ShowAsync(context, Hash256.Of(services.Owner.Span), services.Owner)).Says(
            "showOwner", "The quota of the owner of this node's key, and how much of it is used.", ApiAnswer.Json<OwnerAccount>());
        routes.Handle("GET", "/owners/{owner}", context => ShowAsync(context, OwnerOf(context), null)).Says(
            "showAnyOwner", "An owner's quota, by the SHA-256 of its public key, and how much of it is used.", ApiAnswer.Json<OwnerAccount>());
        routes.Handle("POST", "/owners", GrantAsync).Says("grantQuota", "Has the ring keep a quota that the broker signed (QuotaGrant).", ApiAnswer.Json<OwnerAccount>(), body: "application/json");
    }

    private async Task<IResult> ShowAsync(HttpContext context, Hash256 owner, Blob? key)
    {
        LedgerReport report = await services.Node.AskAsync<LedgerReport>(id => new QueryLedger(id, services.Transfer.RequestTimeout, owner), context.RequestAborted).ConfigureAwait(false);
        return Answer(owner, report, key);
    }

    private async Task<IResult> GrantAsync(HttpContext context)
    {
        ObjectCertificate grant = await ReadAsync(context).ConfigureAwait(false);
        LedgerReport report = await services.Node.AskAsync<LedgerReport>(id => new PublishGrant(id, services.Transfer.RequestTimeout, grant), context.RequestAborted).ConfigureAwait(false);
        return Answer(grant.ContentHash, report, null);
    }

    private static IResult Answer(Hash256 owner, LedgerReport report, Blob? key)
    {
        DateTimeOffset? expires = report.ExpiresUnixMilliseconds == long.MaxValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(report.ExpiresUnixMilliseconds);
        var account = new OwnerAccount(
            owner.ToString(), report.UsedBytes, report.QuotaBytes, Math.Max(0, report.QuotaBytes - report.UsedBytes), expires, key is { } known ? PublicKeys.Format(known) : null);
        return TypedResults.Json(account, PastryJson.Default.OwnerAccount);
    }

    private static async Task<ObjectCertificate> ReadAsync(HttpContext context)
    {
        byte[] body = new byte[GrantBytesMax + 1];
        int length = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted).ConfigureAwait(false);
        if (length > GrantBytesMax) throw GatewayRefusalException.TooLarge($"a grant takes at most {GrantBytesMax} bytes");
        try
        {
            QuotaGrant? grant = JsonSerializer.Deserialize(body.AsSpan(0, length), PastryJson.Default.QuotaGrant);
            if (grant?.Certificate is { } text && CertificateCodec.TryDecodeCertificate(Convert.FromBase64String(text), out _) is { Kind: ObjectKind.Grant } certificate) return certificate;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            // Said below.
        }

        throw GatewayRefusalException.Invalid("this is not a grant, as pastry owner grant makes it");
    }

    private static Hash256 OwnerOf(HttpContext context)
    {
        string text = (string)context.Request.RouteValues["owner"]!;
        if (text.Length == 2 * Hash256.SizeBytes && text.All(char.IsAsciiHexDigit)) return Hash256.FromBytes(Convert.FromHexString(text));
        throw GatewayRefusalException.Invalid("an owner is the SHA-256 of its public key, 64 hexadecimal digits");
    }
}
