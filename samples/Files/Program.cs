using PastryActors.Client;

// Inserts a file and looks it up again: Files FILE [NODE...]
if (args is not [var path, .. var given])
{
    await Console.Error.WriteLineAsync("usage: Files FILE [NODE...]     a NODE is the URL of a gateway, such as http://127.0.0.1:9001");
    return 2;
}

Uri[] nodes = given.Length > 0 ? [.. given.Select(n => new Uri(n))] : [new("http://127.0.0.1:9001"), new("http://127.0.0.1:9003")];
using var client = new PastryClient(new PastryClientOptions { Nodes = nodes });
try
{
    await using FileStream file = File.OpenRead(path);
    var progress = new Progress<UploadProgress>(p => Console.Error.WriteLine($"{p.DurableBytes} bytes are durable"));
    FileReceipt receipt = await client.Past.InsertAsync(Path.GetFileName(path), file, new InsertOptions { AcceptExisting = true }, progress);
    Console.WriteLine($"{receipt.FileId} is on {string.Join(", ", receipt.Receipts.Select(r => r.NodeId[..8]))}");

    await using Stream content = await client.Past.LookupAsync(receipt.FileId);
    byte[] hash = await System.Security.Cryptography.SHA256.HashDataAsync(content);
    Console.WriteLine($"read back: SHA-256 {Convert.ToHexStringLower(hash)}");
    return 0;
}
catch (PastryException refused)
{
    await Console.Error.WriteLineAsync($"{refused.Code}: {refused.Message}");
    return 1;
}
