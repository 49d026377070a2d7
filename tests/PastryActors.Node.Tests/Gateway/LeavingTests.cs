using System.Net;
using PastryActors.Node.Tests.Fakes;

namespace PastryActors.Node.Tests.Gateway;

public sealed class LeavingTests(LiveNode node) : IClassFixture<LiveNode>
{
    [Fact]
    public async Task A_node_is_ready_until_it_hands_over_and_answers_on()
    {
        Assert.Equal(HttpStatusCode.OK, await StatusOf("/readyz"));
        await node.Node.HandOverAsync(TimeSpan.FromSeconds(10), TestNode.Deadline);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusOf("/readyz"));
        Assert.Equal(HttpStatusCode.OK, await StatusOf("/healthz"));
        Assert.Equal(HttpStatusCode.OK, await StatusOf("/status"));
    }

    private async Task<HttpStatusCode> StatusOf(string path)
    {
        using HttpResponseMessage answer = await node.Http.GetAsync(new Uri(path, UriKind.Relative), TestNode.Deadline);
        return answer.StatusCode;
    }
}
