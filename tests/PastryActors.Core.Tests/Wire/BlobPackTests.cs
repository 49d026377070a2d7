using System.Runtime.InteropServices;
using PastryActors.Core.Collections;
using PastryActors.Core.Wire;

namespace PastryActors.Core.Tests.Wire;

public sealed class BlobPackTests
{
    [Fact]
    public void Fields_come_back_in_order_from_one_array_of_their_length()
    {
        byte[] message = [.. Enumerable.Range(0, 40).Select(static i => (byte)i)];
        var pack = new BlobPack(message);
        pack.Expect(3);
        pack.Add(message.AsSpan(30, 4));
        pack.Add(default);
        pack.Add(message.AsSpan(2, 3));
        (Blob first, Blob none, Blob last) = (pack.Take(), pack.Take(), pack.Take());
        Assert.Equal([30, 31, 32, 33], first.Span.ToArray());
        Assert.True(none.IsEmpty);
        Assert.Equal([2, 3, 4], last.Span.ToArray());
        Assert.True(MemoryMarshal.TryGetArray(first.Memory, out ArraySegment<byte> one) && MemoryMarshal.TryGetArray(last.Memory, out ArraySegment<byte> other) && ReferenceEquals(one.Array, other.Array));
        Assert.Equal(7, one.Array!.Length);
    }

    [Fact]
    public void What_is_packed_does_not_change_with_the_message()
    {
        byte[] message = [1, 2, 3];
        var pack = new BlobPack(message);
        pack.Add(message.AsSpan(1));
        Blob taken = pack.Take();
        message[1] = 9;
        Assert.Equal([2, 3], taken.Span.ToArray());
    }

    [Fact]
    public void What_is_no_part_of_the_message_is_refused() => Assert.Throws<ArgumentException>(static () =>
    {
        var pack = new BlobPack(new byte[4]);
        pack.Add(new byte[1]);
    });
}
