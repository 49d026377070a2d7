using PastryActors.Akka.Wire;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Core.Wire;
using PastryActors.Engine;

namespace PastryActors.Akka.Tests.Wire;

public sealed class LinkCodecTests
{
    private static readonly NodeHandle Node = new(new RingId(77), "akka.tcp://pastry@127.0.0.1:9000", 3);

    private const string AllLetters = "hcpwrgmbdk";

    public static TheoryData<string> Letters => [.. AllLetters.Select(static c => c.ToString())];

    [Theory]
    [MemberData(nameof(Letters))]
    public void Every_message_of_a_link_comes_back_as_it_was(string letter)
    {
        var random = new Random(letter[0]);
        for (int i = 0; i < 200; i++)
        {
            LinkMessage message = Sample(letter, random);
            Assert.Equal(letter, LinkCodec.ManifestOf(message));
            byte[] bytes = LinkCodec.Write(message);
            LinkMessage back = LinkCodec.Read(letter, bytes);
            Assert.Equal(message.GetType(), back.GetType());
            Assert.Equal(bytes, LinkCodec.Write(back));
        }
    }

    [Fact]
    public void There_is_a_letter_for_every_kind_and_a_kind_for_every_letter()
    {
        int kinds = typeof(LinkMessage).Assembly.GetTypes().Count(static t => t is { IsAbstract: false } && t.IsSubclassOf(typeof(LinkMessage)));
        Assert.Equal(kinds, AllLetters.Length);
        Assert.Equal(kinds, AllLetters.Select(static l => Sample(l.ToString(), new Random(1)).GetType()).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Letters))]
    public void Bytes_of_a_stranger_are_a_message_or_malformed_and_nothing_else(string letter)
    {
        var random = new Random(letter[0]);
        for (int i = 0; i < 5000; i++)
        {
            byte[] bytes = i % 2 == 0 ? new byte[random.Next(0, 60)] : LinkCodec.Write(Sample(letter, random));
            if (i % 2 == 0) random.NextBytes(bytes);
            else if (bytes.Length > 0) bytes[random.Next(bytes.Length)] = (byte)random.Next();
            try
            {
                Assert.NotNull(LinkCodec.Read(letter, bytes.AsMemory(0, random.Next(bytes.Length + 1))));
            }
            catch (WireFormatException)
            {
                // As it should be.
            }
        }
    }

    [Fact]
    public void A_letter_that_nobody_uses_is_malformed() => Assert.Throws<WireFormatException>(() => LinkCodec.Read("x", new byte[10]));

    [Theory]
    [InlineData("m")]
    [InlineData("b")]
    public void A_trace_that_a_frame_has_no_room_for_is_malformed(string letter)
    {
        Frame frame = letter == "m" ? new Whole(Lane.Control, 1, 100, new byte[TraceParent.SizeBytes - 1]) : new Beginning(Lane.Control, 1, 100, TraceParent.SizeBytes - 1, Beginning.NoContent);
        Assert.Throws<WireFormatException>(() => LinkCodec.Read(letter, LinkCodec.Write(frame with { HasTrace = true })));
    }

    internal static LinkMessage Sample(string letter, Random random)
    {
        byte[] Some(int max)
        {
            byte[] bytes = new byte[random.Next(max + 1)];
            random.NextBytes(bytes);
            return bytes;
        }

        byte[] Nonce()
        {
            byte[] bytes = new byte[LinkCodec.NonceBytes];
            random.NextBytes(bytes);
            return bytes;
        }

        Whole Traced(Whole whole) => whole with { HasTrace = whole.Body.Length >= TraceParent.SizeBytes && random.Next(2) == 0 };

        var lane = (Lane)random.Next(2);
        uint sequence = (uint)random.Next();
        return letter switch
        {
            "h" => new Hello(random.Next(2) == 0 ? "pastry" : "ring ü", (uint)random.Next(5), Node, random.Next(2) == 0 ? default : new RingId((uint)random.Next()), Nonce()),
            "c" => new Challenge(Node, Nonce(), Nonce(), Some(91), Some(64), (uint)random.Next(), (uint)random.Next()),
            "p" => new Proof(Nonce(), Some(91), Some(64)),
            "w" => new Welcome(Nonce()),
            "r" => new Refused(Nonce(), (LinkRefusal)random.Next((int)LinkRefusal.NotThisProtocol + 1), "because"),
            "g" => new Goodbye(random.Next(2) == 0),
            "m" => Traced(new Whole(lane, sequence, (byte)random.Next(256), Some(3000))),
            "b" => new Beginning(lane, sequence, (byte)random.Next(256), random.Next(TraceParent.SizeBytes, int.MaxValue), random.Next(-1, 1 << 20)) { HasTrace = random.Next(2) == 0 },
            "d" => new Piece(lane, sequence, Some(3000)),
            "k" => new Credit(lane, (ulong)random.NextInt64()),
            _ => throw new ArgumentOutOfRangeException(nameof(letter)),
        };
    }
}
