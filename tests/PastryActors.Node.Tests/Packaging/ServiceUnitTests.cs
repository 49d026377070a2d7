using System.Diagnostics;
using System.Runtime.CompilerServices;
using PastryActors.Hocon.Settings;
using PastryActors.Node.CommandLine;
using PastryActors.Node.Hosting;
using PastryActors.Node.Tests.Fakes;

namespace PastryActors.Node.Tests.Packaging;

/// <summary>The systemd unit says what the program understands.</summary>
public sealed class ServiceUnitTests
{
    [Fact]
    public void What_the_unit_starts_is_a_command_of_the_program()
    {
        string start = Assert.Single(Lines("pastry.service"), l => l.StartsWith("ExecStart=", StringComparison.Ordinal));
        string[] words = start["ExecStart=".Length..].Split(' ');
        Assert.Equal("/usr/bin/pastry", words[0]);
        Assert.Empty(new PastryCommand((_, _, _) => Task.FromResult(0)).Build(TextWriter.Null, TextWriter.Null, () => Stream.Null).Parse(words[1..]).Errors);
    }

    [Fact]
    public async Task Systemd_finds_nothing_wrong_with_the_unit()
    {
        if (!File.Exists("/usr/bin/systemd-analyze")) return;
        // The program is not installed here, and that would be all that is wrong.
        string unit = Path.Combine(Directory.CreateTempSubdirectory("pastry-unit-").FullName, "pastry.service");
        await File.WriteAllTextAsync(unit, (await File.ReadAllTextAsync(PathOf("pastry.service"))).Replace("ExecStart=/usr/bin/pastry ", "ExecStart=/bin/true ", StringComparison.Ordinal));
        using Process verify = Process.Start(new ProcessStartInfo("/usr/bin/systemd-analyze", ["verify", unit]) { RedirectStandardError = true })!;
        Assert.Equal("", await verify.StandardError.ReadToEndAsync(TestNode.Deadline));
        await verify.WaitForExitAsync(TestNode.Deadline);
        Assert.Equal(0, verify.ExitCode);
        Directory.Delete(Path.GetDirectoryName(unit)!, recursive: true);
    }

    [Fact]
    public void A_configuration_that_cannot_be_used_is_not_tried_again()
    {
        string[] unit = Lines("pastry.service");
        Assert.Contains("Restart=on-failure", unit);
        Assert.Contains("RestartPreventExitStatus=2", unit);
        Assert.Contains("KillSignal=SIGTERM", unit);
    }

    [Fact]
    public void A_node_is_given_the_time_to_hand_over_what_it_holds()
    {
        string patience = Assert.Single(Lines("pastry.service"), l => l.StartsWith("TimeoutStopSec=", StringComparison.Ordinal));
        int seconds = int.Parse(patience["TimeoutStopSec=".Length..], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(seconds >= (PastrySchema.Load(PathOf("node.conf")).Node.HandOver + (2 * HostedNode.LeaveDeadline)).TotalSeconds);
    }

    [Fact]
    public void The_configuration_beside_it_is_read()
    {
        NodeSettings settings = PastrySchema.Load(PathOf("node.conf"));
        Assert.Equal("/var/lib/pastry", settings.Node.Dir);
        Assert.Equal(LogFormat.Json, settings.Node.Log.Format);
    }

    private static string[] Lines(string file) => File.ReadAllLines(PathOf(file));

    private static string PathOf(string file, [CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../eng/packaging", file));
}
