using PastryActors.Core.Collections;

namespace PastryActors.Core.Tests.Collections;

/// <summary>Lists and bytes that compare by what they hold, so that messages compare as values.</summary>
public sealed class ValueListTests
{
    [Fact]
    public void Lists_of_equal_elements_are_equal()
    {
        ValueList<string> list = ["a", "b"];
        Assert.Equal(list, new[] { "a", "b" }.ToValueList());
        Assert.True(list == ["a", "b"]);
        Assert.Equal(list.GetHashCode(), new[] { "a", "b" }.ToValueList().GetHashCode());
        Assert.True(list.Equals((object)ValueList.Create<string>(["a", "b"])));
    }

    [Fact]
    public void Lists_differ_by_element_order_or_length()
    {
        ValueList<int> list = [1, 2];
        Assert.True(list != [2, 1]);
        Assert.True(list != [1]);
        Assert.True(list != [1, 2, 3]);
        Assert.False(list.Equals("no list"));
    }

    [Fact]
    public void The_empty_list_is_the_default_however_it_was_made()
    {
        Assert.Equal(default, ValueList<int>.Empty);
        Assert.Equal(default, new ValueList<int>([]));
        Assert.Empty((IEnumerable<int>)ValueList<int>.Empty);
        Assert.True(ValueList<int>.Empty.Span.IsEmpty);
    }

    [Fact]
    public void Elements_come_in_their_order()
    {
        ValueList<int> list = [3, 1, 2];
        Assert.Equal([3, 1, 2], list.ToArray());
        Assert.Equal(1, list[1]);
        Assert.Equal("[3, 1, 2]", list.ToString());
        Assert.Throws<IndexOutOfRangeException>(() => list[3]);
    }

    [Fact]
    public void A_list_made_from_a_span_does_not_change_with_it()
    {
        int[] source = [1, 2];
        ValueList<int> list = ValueList.Create<int>(source);
        source[0] = 9;
        Assert.Equal(1, list[0]);
    }

    [Fact]
    public void Blobs_compare_by_content()
    {
        Blob blob = new byte[] { 1, 2, 3 };
        Assert.True(blob == new Blob(new byte[] { 0, 1, 2, 3 }.AsMemory(1)));
        Assert.True(blob != new byte[] { 1, 2, 4 });
        Assert.True(blob != new byte[] { 1, 2 });
        Assert.Equal(default, new Blob(Array.Empty<byte>()));
        Assert.True(default(Blob).IsEmpty);
        Assert.Equal(blob.GetHashCode(), ((Blob)new byte[] { 1, 2, 3 }).GetHashCode());
        Assert.False(blob.Equals("no blob"));
    }

    [Fact]
    public void A_long_blob_is_shown_in_part()
    {
        Assert.Equal("0102", new Blob(new byte[] { 1, 2 }).ToString());
        Assert.EndsWith(".. (33 bytes)", new Blob(new byte[33]).ToString(), StringComparison.Ordinal);
    }
}
