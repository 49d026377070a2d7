using System.Threading.Channels;
using PastryActors.Node.Gateway;

namespace PastryActors.Node.Tests.Gateway;

public sealed class SilenceBreakerTests
{
    private readonly Channel<string> _items = Channel.CreateUnbounded<string>();

    [Fact]
    public async Task A_silence_is_said_and_what_comes_after_it_is_not_lost()
    {
        List<string?> seen = [];
        await foreach (string? item in Broken(TimeSpan.FromMilliseconds(1)))
        {
            seen.Add(item);
            if (seen.Count == 2) _items.Writer.TryWrite("a");
            if (item is "a") _items.Writer.Complete();
        }

        Assert.Equal("a", Assert.Single(seen, item => item is not null));
        Assert.Null(seen[0]);
        Assert.Null(seen[1]);
    }

    [Fact]
    public async Task What_breaks_the_source_reaches_the_reader()
    {
        _items.Writer.TryWrite("a");
        _items.Writer.Complete(new InvalidOperationException("broken"));
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (string? item in Broken(TimeSpan.FromSeconds(10))) Assert.Equal("a", item);
        });
    }

    [Fact]
    public async Task A_reader_that_goes_in_a_silence_leaves_the_source_closed()
    {
        await foreach (string? _ in Broken(TimeSpan.FromMilliseconds(1))) break;
        Assert.True(_items.Writer.TryWrite("nobody reads this"));
        Assert.Equal(1, _items.Reader.Count);
    }

    private IAsyncEnumerable<string?> Broken(TimeSpan silenceMax) => SilenceBreaker.Of(_items.Reader.ReadAllAsync(), silenceMax, TimeProvider.System, TestDeadline);

    private static CancellationToken TestDeadline => new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token;
}
