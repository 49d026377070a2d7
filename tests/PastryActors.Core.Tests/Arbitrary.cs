using FsCheck;
using FsCheck.Fluent;
using PastryActors.Core.Ring;

namespace PastryActors.Core.Tests;

/// <summary>Inputs of the properties. Ids crowd around zero, the far side and each other: drawn evenly they would never meet an edge.</summary>
internal static class Arbitrary
{
    private static readonly UInt128 FarSide = UInt128.One << 127;

    private static readonly Gen<UInt128> Even =
        from high in ArbMap.Default.GeneratorFor<ulong>()
        from low in ArbMap.Default.GeneratorFor<ulong>()
        select new UInt128(high, low);

    private static readonly Gen<UInt128> Edge =
        from corner in Gen.Elements(UInt128.Zero, FarSide, FarSide / 2, UInt128.One << 64)
        from offset in Gen.Choose(-2, 2)
        select unchecked(corner + (UInt128)(Int128)offset);

    private static readonly Gen<UInt128> FewBits = Gen.Choose(0, 127).Select(bit => UInt128.One << bit);

    public static Arbitrary<RingId> Ids { get; } = Gen.OneOf(Even, Edge, FewBits).Select(v => new RingId(v)).ToArbitrary();

    public static Arbitrary<byte[]> Bytes { get; } = ArbMap.Default.ArbFor<byte[]>();

    /// <summary>Three ids of which two often are equally far from the third.</summary>
    public static Arbitrary<(RingId Key, RingId A, RingId B)> Triples { get; } = Gen.OneOf(
        from key in Ids.Generator
        from a in Ids.Generator
        from b in Ids.Generator
        select (key, a, b),
        from key in Ids.Generator
        from offset in Ids.Generator
        select (key, key.Plus(offset.Value), new RingId(unchecked(key.Value - offset.Value)))).ToArbitrary();

    public static void Hold(Property property, int tests = 500) => Check.One(Config.QuickThrowOnFailure.WithMaxTest(tests), property);
}
