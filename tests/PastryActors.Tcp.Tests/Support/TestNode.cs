using Microsoft.Extensions.Logging.Abstractions;
using PastryActors.Engine;
using PastryActors.Tests.Engines;

namespace PastryActors.Tcp.Tests.Support;

/// <summary>A node on the Tcp engine.</summary>
internal sealed class TestNode : RecordingNode
{
    private TestNode(TcpEngine engine, NodeKey key, bool ownsEngine)
        : base(engine, key, ownsEngine)
    {
    }

    public static TcpOptions Options => new() { BackOffMin = TimeSpan.FromMilliseconds(1), BackOffMax = TimeSpan.FromMilliseconds(20), ConnectTimeout = Patience };

    public new TcpEngine Engine => (TcpEngine)base.Engine;

    public static async Task<TestNode> StartAsync(TcpOptions? options = null, NodeKey? key = null, uint incarnation = 1, Action<RecordingNode>? prepare = null)
    {
        key ??= NodeKey.Create();
        TcpEngine engine = await TcpEngine.StartAsync(options ?? Options, key, TestCodec.Instance, NullLoggerFactory.Instance);
        return (TestNode)new TestNode(engine, key, ownsEngine: true).Started(incarnation, prepare);
    }

    public static TestNode AddTo(TcpEngine engine) => (TestNode)new TestNode(engine, NodeKey.Create(), ownsEngine: false).Started(1, null);
}
