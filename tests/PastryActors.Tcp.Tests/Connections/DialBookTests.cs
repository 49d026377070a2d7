using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Tcp.Connections;
using PastryActors.Tests.Engines;

namespace PastryActors.Tcp.Tests.Connections;

/// <summary>Which connections are being made, when several threads begin and end them.</summary>
public sealed class DialBookTests
{
    private static readonly DialKey Key = new("127.0.0.1:9", Lane.Control);
    private static readonly NodeHandle Peer = new(new RingId(7), Key.Address, 1);
    private static readonly PendingSend Send = new(null!, Peer, new Note(1), null, null);

    private readonly DialBook _book = new();

    [Fact]
    public void One_that_gave_way_to_an_accepted_connection_is_not_found_for_ever()
    {
        using Dial first = Fresh();
        Assert.Same(first, _book.GetOrAdd(first));
        Assert.Equal(SendOutcome.Queued, _book.TryAdd(first, Send));
        Assert.True(first.Yield(Peer.Id, static _ => { }, static () => { }));
        // Its own connection was made before it heard that it is cancelled: closing it again publishes nothing.
        Assert.Empty(first.Close(static _ => false, () => Assert.Fail("published twice")));

        Assert.Equal(SendOutcome.Closed, _book.TryAdd(first, Send));
        using Dial second = Fresh();
        Assert.Same(second, _book.GetOrAdd(second));
        Assert.Equal(SendOutcome.Queued, _book.TryAdd(second, Send));
    }

    [Fact]
    public void The_end_of_one_leaves_the_next_for_the_same_in_place()
    {
        using Dial first = Fresh();
        using Dial second = Fresh();
        _book.GetOrAdd(first);
        _book.Remove(first);
        _book.GetOrAdd(second);
        _book.Remove(first);
        Assert.Same(second, _book.Find(Key));
    }

    private static Dial Fresh() => new(Key, messagesMax: 8, contentBytesMax: 1024);
}
