using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using PastryActors.Akka.Control;
using PastryActors.Akka.Tests.Support;
using PastryActors.Akka.Wire;
using PastryActors.Core.Driving;
using PastryActors.Tests.Engines;
using TestKit = Akka.TestKit.Xunit2.TestKit;

namespace PastryActors.Akka.Tests.Wire;

public sealed class SerializationTests : TestKit
{
    public SerializationTests()
        : base(ConfigurationFactory.ParseString(AkkaUnderTest.Configuration).WithFallback(AkkaUnderTest.Shipped))
    {
        _ = PastryExtension.For(Sys).Start(TestCodec.Instance);
    }

    [Theory]
    [InlineData("h")]
    [InlineData("m")]
    [InlineData("d")]
    public void What_travels_names_no_type(string letter)
    {
        LinkMessage message = LinkCodecTests.Sample(letter, new Random(3));
        Serializer serializer = Sys.Serialization.FindSerializerFor(message);
        Assert.IsType<PastrySerializer>(serializer);
        Assert.Equal(letter, ((SerializerWithStringManifest)serializer).Manifest(message));
        Assert.DoesNotContain("PastryActors", Encoding.Latin1.GetString(serializer.ToBinary(message)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_of_any_kind_comes_back_with_the_bytes_that_its_own_codec_wrote()
    {
        for (int kind = 0; kind <= byte.MaxValue; kind++)
        {
            byte[] body = [.. Enumerable.Range(0, kind).Select(static i => (byte)i)];
            var sent = new Whole(Lane.Bulk, (uint)kind, (byte)kind, body);
            byte[] bytes = Sys.Serialization.Serialize(sent);
            var back = Assert.IsType<Whole>(Sys.Serialization.Deserialize(bytes, PastrySerializer.Number, "m"));
            Assert.Equal((sent.Lane, sent.Sequence, sent.Kind), (back.Lane, back.Sequence, back.Kind));
            Assert.True(back.Body.Span.SequenceEqual(body));
        }
    }

    [Fact]
    public void The_serializer_of_links_takes_nothing_else()
    {
        var serializer = new PastrySerializer((ExtendedActorSystem)Sys);
        Assert.Throws<ArgumentException>(() => serializer.ToBinary("text"));
        Assert.Throws<ArgumentException>(() => serializer.Manifest(new DescribeNode("1")));
        Assert.Throws<SerializationException>(() => serializer.FromBinary([1, 2, 3], "System.IO.FileInfo, mscorlib"));
        Assert.Throws<SerializationException>(() => serializer.FromBinary([], "h"));
    }

    [Fact]
    public void Types_that_a_peer_names_are_not_made()
    {
        byte[] json = Encoding.UTF8.GetBytes("""{"$type":"System.IO.FileInfo, System.Private.CoreLib","OriginalPath":"/etc/passwd"}""");
        Assert.ThrowsAny<SerializationException>(() => Sys.Serialization.Deserialize(json, 1, typeof(object).AssemblyQualifiedName));
        Assert.ThrowsAny<SerializationException>(() => Sys.Serialization.Deserialize(json, 3, ""));
        Assert.ThrowsAny<SerializationException>(() => Sys.Serialization.Serialize(new Uri("http://example.org")));
    }

    [Theory]
    [MemberData(nameof(Controls))]
    public void Control_messages_go_by_a_Hyperion_that_makes_nothing_else(object message)
    {
        Serializer serializer = Sys.Serialization.FindSerializerFor(message);
        Assert.IsType<HyperionSerializer>(serializer);
        Assert.Equal(message, serializer.FromBinary(serializer.ToBinary(message), message.GetType()));
        Assert.Contains(message.GetType(), Serializers.HyperionTypes);
    }

    [Fact]
    public void Hyperion_refuses_every_type_that_is_not_on_its_list()
    {
        Serializer serializer = Sys.Serialization.FindSerializerForType(typeof(ControlMessage));
        var open = new HyperionSerializer((ExtendedActorSystem)Sys, HyperionSerializerSettings.Default.WithDisallowUnsafeType(false));
        foreach (object foreign in new object[] { new Foreign("x"), new Version(1, 2), new DirectoryInfo("/"), new Dictionary<string, object> { ["a"] = new Foreign("y") } })
        {
            byte[] bytes = open.ToBinary(foreign);
            Assert.ThrowsAny<Exception>(() => serializer.FromBinary<object>(bytes));
        }
    }

    public static TheoryData<object> Controls => [new DescribeNode("a"), new StopNode("b"), new NodeDescription("a", "b", 1, 2, 3), new NodeStopped("c"), new NodeUnknown("d")];

    private sealed record Foreign(string Text);
}
