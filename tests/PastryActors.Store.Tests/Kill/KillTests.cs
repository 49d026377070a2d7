using System.Diagnostics;
using System.Globalization;
using PastryActors.Core.Driving;
using PastryActors.Store.Tests.Support;

namespace PastryActors.Store.Tests.Kill;

public sealed class KillTests
{
    [Theory]
    [InlineData(200)]
    [InlineData(9000)]
    public async Task What_a_process_acknowledged_before_it_was_killed_is_there(int lines)
    {
        using var folder = new TemporaryFolder();
        Dictionary<int, char> last = await KillAfterAsync(folder.Path, lines);
        await using VolumeStore store = VolumeStore.Open(Program.OptionsFor(folder.Path), new RecordingObserver());
        foreach ((int id, char what) in last)
        {
            StoreStatus status = (await store.GetAsync(id)).Status;
            if (what == '+') Assert.True(await store.HoldsAsync(id, Program.ContentLength), $"object {id} is {status}");
            if (what == '-') Assert.Equal(StoreStatus.NotFound, status);
        }

        Assert.Equal(0, store.Usage.Quarantined);
        Assert.Equal(StoreStatus.Done, await store.PutAsync(int.MaxValue));
    }

    /// <summary>The last thing said about each object by a process that was killed after so many lines.</summary>
    private static async Task<Dictionary<int, char>> KillAfterAsync(string folder, int lines)
    {
        var last = new Dictionary<int, char>();
        string host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        using Process child = Process.Start(new ProcessStartInfo(host)
        {
            ArgumentList = { typeof(Program).Assembly.Location, Program.WriteUntilKilled, folder },
            RedirectStandardOutput = true,
        })!;
        try
        {
            using var deadline = new CancellationTokenSource(Probe.Deadline);
            for (int i = 0; await child.StandardOutput.ReadLineAsync(deadline.Token) is { } line; i++)
            {
                // For the next line, not for all of them: how fast a disk is, is nothing that this test is about.
                deadline.CancelAfter(Probe.Deadline);
                if (i == lines) child.Kill();
                if (line.EndsWith(';') && int.TryParse(line.AsSpan(1..^1), CultureInfo.InvariantCulture, out int id)) last[id] = line[0];
            }

            await child.WaitForExitAsync(deadline.Token);
            Assert.NotEqual(0, child.ExitCode);
            return last;
        }
        finally
        {
            if (!child.HasExited) child.Kill();
        }
    }
}
