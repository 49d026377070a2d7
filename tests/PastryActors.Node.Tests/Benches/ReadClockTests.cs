using PastryActors.Node.Benches;

namespace PastryActors.Node.Tests.Benches;

/// <summary>A read that is timed: its bytes, and when the first came.</summary>
public sealed class ReadClockTests
{
    [Fact]
    public void All_pieces_count_and_the_first_gives_the_time()
    {
        var clock = new ReadClock();
        clock.Take(10);
        TimeSpan first = clock.End().FirstByte;
        clock.Take(5);
        Assert.Equal(new FileRead(15, first), clock.End());
    }
}
