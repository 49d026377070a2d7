using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using PastryActors.Client;
using PastryActors.Core.Driving;
using PastryActors.Node.Tests.Fakes;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;

namespace PastryActors.Node.Tests.Gateway;

public sealed class FileGatewayTests : IDisposable
{
    private readonly TestNode _node = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(TestNode.Chunk)]
    [InlineData(TestNode.Chunk + 1)]
    [InlineData(5 * TestNode.Chunk)]
    public async Task A_file_put_is_got_back_byte_for_byte_under_its_name_and_type(int size)
    {
        (PastryClient client, HttpClient http) = await _node.ServeAsync();
        byte[] content = TestNode.Bytes(size);
        FileReceipt receipt = await client.Past.InsertAsync("über/a b%2F?.txt", new MemoryStream(content), new InsertOptions { K = 3, ContentType = "text/plain" }, null, TestNode.Deadline);
        Assert.Equal(("über/a b%2F?.txt", (long)size, 3, 3), (receipt.Name, receipt.Size, receipt.K, receipt.Receipts.Count));

        using HttpResponseMessage got = await http.GetAsync(new Uri($"/files/{receipt.FileId}", UriKind.Relative));
        Assert.Equal(content, await got.Content.ReadAsByteArrayAsync());
        Assert.Equal($"\"{receipt.ContentHash}\"", got.Headers.ETag!.Tag);
        Assert.Equal("text/plain", got.Content.Headers.ContentType!.MediaType);
        Assert.Equal(size, got.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task A_body_of_unannounced_length_is_taken()
    {
        (_, HttpClient http) = await _node.ServeAsync();
        using var request = new HttpRequestMessage(HttpMethod.Put, "/files/stream") { Content = new StreamContent(new MemoryStream(TestNode.Bytes(3 * TestNode.Chunk))) };
        request.Headers.TransferEncodingChunked = true;
        Assert.Equal(HttpStatusCode.Created, (await http.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=65530-65545", 65530, 65546)]
    [InlineData("bytes=100-", 100, 131072)]
    [InlineData("bytes=-5", 131067, 131072)]
    [InlineData("bytes=0-99999999", 0, 131072)]
    public async Task A_range_is_that_part(string range, int from, int to)
    {
        (PastryClient client, HttpClient http) = await _node.ServeAsync();
        byte[] content = TestNode.Bytes(131072);
        FileReceipt receipt = await client.Past.InsertAsync("f", new MemoryStream(content), 3);
        using HttpResponseMessage got = await GetAsync(http, receipt.FileId, r => r.Headers.Range = RangeHeaderValue.Parse(range));
        Assert.Equal(HttpStatusCode.PartialContent, got.StatusCode);
        Assert.Equal(content[from..to], await got.Content.ReadAsByteArrayAsync());
        Assert.Equal($"bytes {from}-{to - 1}/131072", got.Content.Headers.ContentRange!.ToString());
    }

    [Theory]
    [InlineData(10, "bytes=10-")]
    [InlineData(10, "bytes=-0")]
    [InlineData(0, "bytes=0-0")]
    public async Task A_range_outside_is_416_and_names_the_size(int size, string range)
    {
        (PastryClient client, HttpClient http) = await _node.ServeAsync();
        FileReceipt receipt = await client.Past.InsertAsync("f", new MemoryStream(TestNode.Bytes(size)), 3);
        using HttpResponseMessage got = await GetAsync(http, receipt.FileId, r => r.Headers.TryAddWithoutValidation("Range", range));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, got.StatusCode);
        Assert.Equal($"bytes */{size}", got.Content.Headers.ContentRange!.ToString());
    }

    [Fact]
    public async Task Head_says_what_get_would_and_sends_nothing()
    {
        (PastryClient client, HttpClient http) = await _node.ServeAsync();
        FileReceipt receipt = await client.Past.InsertAsync("f", new MemoryStream(TestNode.Bytes(3 * TestNode.Chunk)), 3);
        using var request = new HttpRequestMessage(HttpMethod.Head, $"/files/{receipt.FileId}");
        using HttpResponseMessage got = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, got.StatusCode);
        Assert.Equal(3 * TestNode.Chunk, got.Content.Headers.ContentLength);
        Assert.Empty(await got.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_coded_file_has_the_same_tag_as_any_other_and_its_description_says_how_it_is_coded()
    {
        (PastryClient client, HttpClient http) = await _node.ServeAsync();
        byte[] content = TestNode.Bytes((5 * TestNode.Chunk) + 1);
        FileReceipt coded = await client.Past.InsertAsync("coded", new MemoryStream(content), new InsertOptions { Code = "4+2" });
        FileReceipt plain = await client.Past.InsertAsync("plain", new MemoryStream(content), new InsertOptions());
        Assert.Equal(plain.ContentHash, coded.ContentHash);
        FileDescription described = await client.Past.DescribeAsync(coded.FileId);
        Assert.Equal(("4+2", 0, 6), (described.Code, described.ChunksMissing, described.Chunks));
        Assert.Null((await client.Past.DescribeAsync(plain.FileId)).Code);
        Assert.Equal(content, await http.GetByteArrayAsync(new Uri($"/files/{coded.FileId}", UriKind.Relative)));

        // Where a plus is not escaped it arrives as a blank.
        HttpResponseMessage put = await http.PutAsync(new Uri("/files/unescaped?code=4+2", UriKind.Relative), new ByteArrayContent(content));
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(100, 1)]
    [InlineData(TestNode.Chunk, 1)]
    [InlineData((3 * TestNode.Chunk) + 1, 4)]
    public async Task The_list_of_chunks_has_the_hash_of_each(int size, int chunks)
    {
        (PastryClient client, _) = await _node.ServeAsync();
        byte[] content = TestNode.Bytes(size);
        FileReceipt put = await client.Past.InsertAsync("listed", new MemoryStream(content), 3);
        FileChunks list = await client.Past.ChunksAsync(put.FileId);
        Assert.Equal((put.ContentHash, (long)size, chunks > 1 ? TestNode.Chunk : 0), (list.ContentHash, list.StoredSize, list.ChunkSizeBytes));
        Assert.Equal(Enumerable.Range(0, chunks).SelectMany(i => SHA256.HashData(content.Skip(i * TestNode.Chunk).Take(TestNode.Chunk).ToArray())), list.Hashes.ToArray());
        await using OpenedFile head = await client.Past.HeadAsync(FileLink.Parse(put.FileId));
        Assert.Equal(((long)size, put.ContentHash, "listed"), (head.Size, head.ContentHash, head.Metadata.Name));
        Assert.Equal(0, await head.Content.ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task Time_and_mode_come_back_in_headers()
    {
        (PastryClient client, HttpClient http) = await _node.ServeAsync();
        var changed = DateTimeOffset.FromUnixTimeMilliseconds(981_173_106_789);
        FileReceipt receipt = await client.Past.InsertAsync("f", new MemoryStream(TestNode.Bytes(3 * TestNode.Chunk)), new InsertOptions { Modified = changed, Mode = 0x1ED });
        using HttpResponseMessage got = await http.GetAsync(new Uri($"/files/{receipt.FileId}", UriKind.Relative));
        Assert.Equal(["755"], got.Headers.GetValues("X-File-Mode"));
        Assert.Equal(["981173106789"], got.Headers.GetValues("X-File-Modified"));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(981_173_106), got.Content.Headers.LastModified);
    }

    [Fact]
    public async Task Content_that_the_reader_has_is_304()
    {
        (PastryClient client, HttpClient http) = await _node.ServeAsync();
        FileReceipt receipt = await client.Past.InsertAsync("f", new MemoryStream([1]), 3);
        using HttpResponseMessage same = await GetAsync(http, receipt.FileId, r => r.Headers.IfNoneMatch.ParseAdd($"\"{receipt.ContentHash}\""));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        using HttpResponseMessage other = await GetAsync(http, receipt.FileId, r => r.Headers.IfNoneMatch.ParseAdd("\"other\""));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Theory]
    [InlineData("PUT", "/files/x?k=0", 400, "invalid")]
    [InlineData("PUT", "/files/x?k=many", 400, "invalid")]
    [InlineData("PUT", "/files/x?salt=xyz", 400, "invalid")]
    [InlineData("PUT", "/files/x?code=10", 400, "invalid")]
    [InlineData("PUT", "/files/x?code=99%2B99", 400, "invalid")]
    [InlineData("PUT", "/files/x?mode=1777", 400, "invalid")]
    [InlineData("PUT", "/files/x?modified=yesterday", 400, "invalid")]
    [InlineData("PUT", "/files/x%00y", 400, "invalid")]
    [InlineData("GET", "/files/short", 400, "invalid")]
    [InlineData("GET", "/files/0000000000000000000000000000000000000000", 404, "not-found")]
    [InlineData("GET", "/files/0000000000000000000000000000000000000000/info", 404, "not-found")]
    [InlineData("DELETE", "/files/0000000000000000000000000000000000000000", 404, "not-found")]
    [InlineData("GET", "/nowhere", 404, "not-found")]
    public async Task What_is_wrong_is_said_with_a_stable_code(string method, string path, int status, string code)
    {
        (_, HttpClient http) = await _node.ServeAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "PUT") request.Content = new ByteArrayContent([1]);
        using HttpResponseMessage got = await http.SendAsync(request);
        // A server may refuse a path that is none before anyone here sees it.
        Assert.Equal(status, (int)got.StatusCode);
        string body = await got.Content.ReadAsStringAsync();
        if (body.Length > 0) Assert.Contains($"\"code\":\"{code}\"", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FailureCode.Full, 507, "full")]
    [InlineData(FailureCode.Unreachable, 502, "unreachable")]
    [InlineData(FailureCode.BadReceipt, 502, "bad-receipt")]
    [InlineData(FailureCode.BadContent, 502, "bad-content")]
    [InlineData(FailureCode.NotActive, 503, "not-active")]
    [InlineData(FailureCode.TimedOut, 504, "timed-out")]
    [InlineData(FailureCode.Forbidden, 403, "forbidden")]
    [InlineData(FailureCode.Exists, 409, "exists")]
    public async Task Every_refusal_of_the_ring_has_its_status(FailureCode failure, int status, string code)
    {
        (PastryClient client, _) = await _node.ServeAsync();
        _node.Ring.Before = request => new Failed(request.Id, failure, "because");
        var refused = await Assert.ThrowsAsync<PastryException>(() => client.Past.InsertAsync("f", new MemoryStream([1]), 3));
        Assert.Equal((status, code, "because"), ((int)refused.Status!, refused.Code, refused.Message));
    }

    [Fact]
    public async Task The_same_file_put_twice_is_409_and_accepted_where_that_is_said()
    {
        (PastryClient client, _) = await _node.ServeAsync();
        FileReceipt first = await client.Past.InsertAsync("f", new MemoryStream([1]), 3);
        Assert.Equal("exists", (await Assert.ThrowsAsync<PastryException>(() => client.Past.InsertAsync("f", new MemoryStream([1]), 3))).Code);
        Assert.Equal(first.FileId, (await client.Past.InsertAsync("f", new MemoryStream([1]), new InsertOptions { AcceptExisting = true })).FileId);
    }

    [Fact]
    public async Task A_large_file_that_finds_no_room_midway_is_sent_again_under_another_salt()
    {
        (PastryClient client, _) = await _node.ServeAsync();
        int inserts = 0;
        _node.Ring.Before = request => request is InsertObject && Interlocked.Increment(ref inserts) == 3 ? new Failed(request.Id, FailureCode.Full, "no room") : null;
        byte[] content = TestNode.Bytes(5 * TestNode.Chunk);
        FileReceipt receipt = await client.Past.InsertAsync("f", new MemoryStream(content), 3);
        await using Stream back = await client.Past.LookupAsync(receipt.FileId);
        var read = new MemoryStream();
        await back.CopyToAsync(read);
        Assert.Equal(content, read.ToArray());
    }

    [Fact]
    public async Task A_loss_before_the_first_byte_is_a_status_and_one_midway_a_broken_connection()
    {
        (PastryClient client, HttpClient http) = await _node.ServeAsync();
        FileReceipt receipt = await client.Past.InsertAsync("f", new MemoryStream(TestNode.Bytes(12 * TestNode.Chunk)), 3);
        InsertObject[] chunks = [.. _node.Ring.Inserts.Where(i => i.Certificate.Kind == ObjectKind.Chunk)];
        // The last in order of content is found by its reach in the tree: remove all but what the first piece needs.
        byte[] firstChunk = await RangeAsync(http, receipt.FileId, 0, TestNode.Chunk - 1);
        var keep = chunks.First(c => c.Content.Hash == Core.Ring.Hash256.Of(firstChunk));
        foreach (InsertObject chunk in chunks.Where(c => c != keep)) _node.Ring.Objects.TryRemove(CertificateRules.ObjectOf(chunk.Certificate), out _);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.GetByteArrayAsync(new Uri($"/files/{receipt.FileId}", UriKind.Relative)));
        _node.Ring.Objects.TryRemove(CertificateRules.ObjectOf(keep.Certificate), out _);
        using HttpResponseMessage lost = await http.GetAsync(new Uri($"/files/{receipt.FileId}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadGateway, lost.StatusCode);
    }

    [Fact]
    public async Task An_upload_that_breaks_off_leaves_no_file()
    {
        (_, HttpClient http) = await _node.ServeAsync();
        var broken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _node.Ring.Before = request =>
        {
            if (request is InsertObject) broken.TrySetResult();
            return null;
        };
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(http.BaseAddress!.Host, http.BaseAddress.Port);
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"PUT /files/x HTTP/1.1\r\nHost: {http.BaseAddress.Authority}\r\nContent-Length: {4 * TestNode.Chunk}\r\n\r\n"));
            await socket.GetStream().WriteAsync(TestNode.Bytes((2 * TestNode.Chunk) + 9));
            await broken.Task.WaitAsync(TestNode.Deadline);
        }

        // The server is alive, and knows of no file.
        Assert.Empty((await new PastryClient(http.BaseAddress!).Past.ListAsync()).Files);
        Assert.DoesNotContain(_node.Ring.Objects.Values, o => o.Certificate.IsFile());
    }

    [Fact]
    public async Task Progress_tells_what_is_durable_while_the_upload_runs()
    {
        (PastryClient client, _) = await _node.ServeAsync();
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int inserts = 0;
        // The fourth object waits until someone was told of durable bytes: only live progress lets the upload end.
        _node.Ring.Hold = request => request is InsertObject && Interlocked.Increment(ref inserts) >= 4 ? seen.Task : Task.CompletedTask;
        var progress = new Reporter(p =>
        {
            if (p.DurableBytes > 0) seen.TrySetResult();
        });
        FileReceipt receipt = await client.Past.InsertAsync("f", new MemoryStream(TestNode.Bytes(8 * TestNode.Chunk)), 3, progress, TestNode.Deadline);
        Assert.Equal(8 * TestNode.Chunk, receipt.Size);
    }

    [Fact]
    public async Task Info_names_the_holders_and_ls_the_files_and_reclaim_ends_both()
    {
        (PastryClient client, _) = await _node.ServeAsync();
        FileReceipt receipt = await client.Past.InsertAsync("f", new MemoryStream(TestNode.Bytes(3 * TestNode.Chunk)), 3);
        FileDescription info = await client.Past.DescribeAsync(receipt.FileId);
        Assert.Equal((3, 1, "verified"), (info.Chunks, info.ReplicasAlive, info.Holders[0].State));
        Assert.Equal(receipt.FileId, Assert.Single((await client.Past.ListAsync()).Files).FileId);
        Assert.True((await client.Past.ReclaimAsync(receipt.FileId)).BytesReleased >= receipt.Size);
        Assert.Empty((await client.Past.ListAsync()).Files);
        Assert.Equal("not-found", (await Assert.ThrowsAsync<PastryException>(() => client.Past.DescribeAsync(receipt.FileId))).Code);
    }

    [Fact]
    public async Task A_stored_page_cannot_act_as_this_origin()
    {
        (PastryClient client, HttpClient http) = await _node.ServeAsync();
        FileReceipt receipt = await client.Past.InsertAsync("x.html", new MemoryStream("<script>"u8.ToArray()), new InsertOptions { ContentType = "text/html" });
        using HttpResponseMessage got = await http.GetAsync(new Uri($"/files/{receipt.FileId}", UriKind.Relative));
        Assert.Equal("sandbox", got.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("nosniff", got.Headers.GetValues("X-Content-Type-Options").Single());
    }

    public void Dispose() => _node.Dispose();

    private static async Task<HttpResponseMessage> GetAsync(HttpClient http, string fileId, Action<HttpRequestMessage> with)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/files/{fileId}");
        with(request);
        return await http.SendAsync(request);
    }

    private static async Task<byte[]> RangeAsync(HttpClient http, string fileId, long from, long to)
    {
        using HttpResponseMessage got = await GetAsync(http, fileId, r => r.Headers.Range = new RangeHeaderValue(from, to));
        return await got.Content.ReadAsByteArrayAsync();
    }

    private sealed class Reporter(Action<UploadProgress> act) : IProgress<UploadProgress>
    {
        public void Report(UploadProgress value) => act(value);
    }
}
