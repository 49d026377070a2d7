using System.Globalization;
using PastryActors.Core.Driving;
using PastryActors.Store.Tests.Support;

namespace PastryActors.Store.Tests.Kill;

/// <summary>The test project as a program of its own, something that can be killed: writes objects until it is, and says which are durable.</summary>
internal static class Program
{
    public const string WriteUntilKilled = "write-until-killed";
    public const int ContentLength = 700;

    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not [WriteUntilKilled, string folder]) return 2;
        await using VolumeStore store = VolumeStore.Open(OptionsFor(folder), new RecordingObserver());
        var output = TextWriter.Synchronized(Console.Out);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(lane => Task.Run(() => WriteAsync(store, lane, output))));
        return 0;
    }

    public static StoreOptions OptionsFor(string folder) => new() { Folder = folder, CapacityBytes = 4 << 20, ObjectBytesMax = 8 << 10 };

    /// <summary>Writes, and removes what it wrote a while ago, so that volumes roll and compact while the end comes.</summary>
    private static async Task WriteAsync(VolumeStore store, int lane, TextWriter output)
    {
        for (int i = lane; ; i += 8)
        {
            if (await store.PutAsync(i, ContentLength) == StoreStatus.Done) await output.WriteLineAsync(Line('+', i));
            int old = i - 2000;
            if (old < 0) continue;
            await output.WriteLineAsync(Line('?', old));
            if (await store.RemoveAsync(old) == StoreStatus.Done) await output.WriteLineAsync(Line('-', old));
        }
    }

    // The semicolon tells a whole line from one that the kill cut short.
    private static string Line(char what, int id) => string.Create(CultureInfo.InvariantCulture, $"{what}{id};");
}
