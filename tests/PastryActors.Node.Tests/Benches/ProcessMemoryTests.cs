using PastryActors.Node.Benches;

namespace PastryActors.Node.Tests.Benches;

/// <summary>Memory of a process, as the system tells it.</summary>
public sealed class ProcessMemoryTests
{
    [Fact]
    public void What_is_private_is_both_of_its_lines() => Assert.Equal(
        1024 * (40 + 1234),
        ProcessMemory.PrivateOf("55d0-7ffd ---p 00000000 00:00 0 [rollup]\nRss:  105000 kB\nShared_Clean:  60000 kB\nPrivate_Clean:      40 kB\nPrivate_Dirty:    1234 kB\nSwap: 0 kB\n"));

    [Fact]
    public void The_memory_of_this_process_is_told()
    {
        ProcessMemory own = ProcessMemory.Of(Environment.ProcessId);
        Assert.InRange(own.PrivateBytes, 1, long.MaxValue);
        Assert.InRange(own.WorkingSetBytes, 1, long.MaxValue);
    }
}
