using System.Text.Json;
using PastryActors.Node.CommandLine;
using PastryActors.Node.Tests.Fakes;

namespace PastryActors.Node.Tests.CommandLine;

/// <summary>The command line against a node's shell, and what it wrote.</summary>
public abstract class CommandLineTest : IDisposable
{
    private protected readonly TestNode _node = new();
    private protected readonly StringWriter _out = new();
    private protected readonly StringWriter _error = new();
    private protected readonly MemoryStream _raw = new();
    private protected string _url = "";

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _node.Dispose();
        _raw.Dispose();
    }

    private protected async Task ServeAsync() => _url = (await _node.ServeAsync()).Client.Node.ToString();

    private protected async Task<string> PutAsync(byte[] content)
    {
        string path = Path.Combine(_node.Folder, "content");
        await File.WriteAllBytesAsync(path, content);
        Assert.Equal(0, await RunAsync("put", path, "--json", "--node", _url));
        return Document().GetProperty("files")[0].GetProperty("fileId").GetString()!;
    }

    private protected JsonElement Document() => JsonDocument.Parse(_out.ToString()).RootElement;

    private protected async Task<int> RunAsync(params string[] arguments)
    {
        _out.GetStringBuilder().Clear();
        _raw.SetLength(0);
        var command = new PastryCommand((_, _, _) => Task.FromResult(0));
        return await command.RunAsync(arguments, _out, _error, () => new Unclosed(_raw), TestNode.Deadline);
    }
}
