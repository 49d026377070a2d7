using FsCheck.Fluent;
using PastryActors.Core.Ring;

namespace PastryActors.Core.Tests.Ring;

/// <summary>What holds for all ids, on which every node's idea of who the root of a key is rests.</summary>
public sealed class RingIdProperties
{
    [Fact]
    public void Of_two_different_ids_exactly_one_is_closer_to_a_key() => Arbitrary.Hold(Prop.ForAll(Arbitrary.Triples, t =>
        t.A == t.B ? !t.Key.IsCloser(t.A, t.B) : t.Key.IsCloser(t.A, t.B) ^ t.Key.IsCloser(t.B, t.A)));

    [Fact]
    public void Closeness_is_transitive() => Arbitrary.Hold(Prop.ForAll(Arbitrary.Triples, Arbitrary.Ids, (t, c) =>
        !(t.Key.IsCloser(t.A, t.B) && t.Key.IsCloser(t.B, c)) || t.Key.IsCloser(t.A, c)));

    [Fact]
    public void Nothing_is_closer_to_a_key_than_the_key_itself() => Arbitrary.Hold(Prop.ForAll(Arbitrary.Ids, Arbitrary.Ids, (key, other) =>
        !key.IsCloser(other, key)));

    [Fact]
    public void Distance_is_symmetric_and_at_most_half_the_ring() => Arbitrary.Hold(Prop.ForAll(Arbitrary.Ids, Arbitrary.Ids, (a, b) =>
        a.DistanceTo(b) == b.DistanceTo(a) && a.DistanceTo(b) <= UInt128.One << 127));

    [Fact]
    public void Walking_clockwise_by_the_distance_arrives() => Arbitrary.Hold(Prop.ForAll(Arbitrary.Ids, Arbitrary.Ids, (a, b) =>
        a.Plus(a.ClockwiseTo(b)) == b));

    [Fact]
    public void A_third_id_lies_on_one_of_the_two_arcs_between_two_others_and_their_ends_on_both() => Arbitrary.Hold(Prop.ForAll(Arbitrary.Triples, t =>
        t.Key == t.A || t.Key == t.B ? t.Key.IsBetween(t.A, t.B) && t.Key.IsBetween(t.B, t.A)
        : t.A == t.B ? !t.Key.IsBetween(t.A, t.B)
        : t.Key.IsBetween(t.A, t.B) ^ t.Key.IsBetween(t.B, t.A)));

    [Fact]
    public void The_shared_prefix_ends_where_the_digits_first_differ() => Arbitrary.Hold(
        Prop.ForAll(Arbitrary.Ids, Arbitrary.Ids, Gen.Choose(1, 8).ToArbitrary(), (a, b, bits) =>
        {
            int shared = a.SharedPrefixLength(b, bits);
            bool same = Enumerable.Range(0, shared).All(i => a.Digit(i, bits) == b.Digit(i, bits));
            return same && (a == b || a.Digit(shared, bits) != b.Digit(shared, bits));
        }));

    [Fact]
    public void What_is_written_as_text_or_bytes_is_read_back() => Arbitrary.Hold(Prop.ForAll(Arbitrary.Ids, id =>
    {
        byte[] bytes = new byte[RingId.SizeBytes];
        id.WriteTo(bytes);
        return RingId.FromBytes(bytes) == id && RingId.TryParse(id.ToString(), out RingId parsed) && parsed == id;
    }));

    [Fact]
    public void Text_and_bytes_order_as_the_ids_do() => Arbitrary.Hold(Prop.ForAll(Arbitrary.Ids, Arbitrary.Ids, (a, b) =>
        Math.Sign(string.CompareOrdinal(a.ToString(), b.ToString())) == Math.Sign(a.CompareTo(b)) && a < b == (b > a) && a <= b == (b >= a)));
}
