using PastryActors.Engine;

namespace PastryActors.Tcp.Tests;

public sealed class TcpOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => new TcpOptions().Validate();

    public static TheoryData<TcpOptions, string> Wrong => new()
    {
        { new TcpOptions { ListenAddress = "9000" }, "tcp.listenAddress" },
        { new TcpOptions { AdvertisedAddress = "host" }, "tcp.advertisedAddress" },
        { new TcpOptions { Ring = "" }, "tcp.ring" },
        { new TcpOptions { MessageBytesMax = 1 }, "tcp.messageBytesMax" },
        { new TcpOptions { QueueContentBytes = 1 }, "tcp.queueContentBytes" },
        { new TcpOptions { ConnectionsMax = 0 }, "tcp.connectionsMax" },
        { new TcpOptions { MailboxCapacity = 1 }, "tcp.mailboxCapacity" },
        { new TcpOptions { IdleTimeout = TimeSpan.Zero }, "tcp.idleTimeout" },
        { new TcpOptions { BackOffMin = TimeSpan.FromSeconds(9), BackOffMax = TimeSpan.FromSeconds(1) }, "tcp.backOffMax" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void An_option_out_of_range_is_named(TcpOptions options, string name) =>
        Assert.StartsWith(name, Assert.Throws<EngineOptionsException>(options.Validate).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("127.0.0.1:80", "127.0.0.1", 80)]
    [InlineData("[::1]:65535", "::1", 65535)]
    [InlineData("node-1.example_x.org:1", "node-1.example_x.org", 1)]
    public void Addresses_are_read(string text, string host, int port)
    {
        Assert.True(PeerAddress.TryParse(text, out string h, out int p));
        Assert.Equal((host, port), (h, p));
        Assert.Equal(text, PeerAddress.Format(h, p));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(":80")]
    [InlineData("host")]
    [InlineData("host:")]
    [InlineData("host:65536")]
    [InlineData("host:-1")]
    [InlineData("::1:80")]
    [InlineData("[host]:80")]
    [InlineData("[fe80::1%eth0]:80")]
    [InlineData("a/b:80")]
    [InlineData("a\r\nb:80")]
    public void What_is_no_address_is_not_read(string? text) => Assert.False(PeerAddress.TryParse(text, out _, out _));
}
