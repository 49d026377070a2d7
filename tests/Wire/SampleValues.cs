using PastryActors.Core.Collections;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;

namespace PastryActors.Tests.Wire;

/// <summary>Values of the fields of messages drawn at random. Each is at its least and at its greatest often enough to be seen so.</summary>
internal static class SampleValues
{
    public static bool Flag(this RandomSource random) => random.Next(2) == 0;

    public static ulong Number(this RandomSource random, ulong max = ulong.MaxValue) => random.Next(4) switch
    {
        0 => 0,
        1 => max,
        2 => Math.Min((ulong)random.Next(1000), max),
        _ => max == ulong.MaxValue ? random.NextUInt64() : random.NextUInt64() % (max + 1),
    };

    public static int Int(this RandomSource random) => random.Next(3) switch
    {
        0 => 0,
        1 => int.MaxValue,
        _ => random.Next(1000),
    };

    public static RingId Id(this RandomSource random) => random.Next(8) == 0 ? default : random.NextRingId();

    public static FileId FileId(this RandomSource random) => random.Next(8) == 0 ? default : new FileId(random.NextRingId(), (uint)random.NextUInt64());

    public static Hash256 Hash(this RandomSource random) => random.Next(8) == 0 ? default : new Hash256(random.NextRingId().Value, random.NextRingId().Value);

    public static NodeHandle Node(this RandomSource random)
    {
        string address = random.Next(4) == 0 ? "" : $"höst-{random.Next(1000)}:{random.Next(65536)}";
        return new NodeHandle(random.Id(), address, (uint)random.Number());
    }

    /// <summary>Text of at most <paramref name="charactersMax"/> characters, of up to three bytes each.</summary>
    public static string Text(this RandomSource random, int charactersMax)
    {
        string letters = "aé文";
        int length = random.Next(3) == 0 ? 0 : random.Next(charactersMax + 1);
        return string.Concat(random.List(length, r => letters[r.Next(letters.Length)]));
    }

    public static Blob Body(this RandomSource random, int bytesMax = 300) => random.List(random.Next(bytesMax + 1), r => (byte)r.Next(256)).Span.ToArray();

    /// <summary>A list of <paramref name="count"/> elements, each drawn anew.</summary>
    public static ValueList<T> List<T>(this RandomSource random, int count, Func<RandomSource, T> draw) =>
        Enumerable.Range(0, count).Select(_ => draw(random)).ToValueList();

    /// <summary>A list of none, of <paramref name="countMax"/> or of any number of elements between.</summary>
    public static ValueList<T> ListUpTo<T>(this RandomSource random, int countMax, Func<RandomSource, T> draw) => random.Next(8) switch
    {
        0 => default,
        1 => random.List(countMax, draw),
        _ => random.List(random.Next(Math.Min(countMax, 10) + 1), draw),
    };
}
