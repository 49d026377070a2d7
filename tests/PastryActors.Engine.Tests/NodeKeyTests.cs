using System.Security.Cryptography;
using PastryActors.Core.Ring;

namespace PastryActors.Engine.Tests;

public sealed class NodeKeyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pastry-key-").FullName;

    private string KeyFile => Path.Combine(_folder, "node.key");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_key_survives_a_restart_and_is_the_owners_alone()
    {
        using NodeKey first = NodeKey.LoadOrCreate(KeyFile);
        using NodeKey second = NodeKey.LoadOrCreate(KeyFile);
        Assert.Equal(first.NodeId, second.NodeId);
        Assert.Equal(NodeIdentity.NodeIdOf(first.PublicKey.Span), first.NodeId);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")]
    public void A_damaged_file_is_refused_and_kept(string damage)
    {
        Write(damage);
        NodeKeyException error = Assert.Throws<NodeKeyException>(() => NodeKey.LoadOrCreate(KeyFile));
        Assert.Contains(KeyFile, error.Message, StringComparison.Ordinal);
        Assert.Equal(damage, File.ReadAllText(KeyFile));
    }

    [Fact]
    public void A_key_of_another_curve_is_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Write(other.ExportPkcs8PrivateKeyPem());
        Assert.Throws<NodeKeyException>(() => NodeKey.LoadOrCreate(KeyFile));
    }

    [Fact]
    public void A_key_that_others_can_read_is_refused()
    {
        if (OperatingSystem.IsWindows()) return;
        NodeKey.LoadOrCreate(KeyFile).Dispose();
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", Assert.Throws<NodeKeyException>(() => NodeKey.LoadOrCreate(KeyFile)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_a_clear_error() =>
        Assert.Throws<NodeKeyException>(() => NodeKey.LoadOrCreate(Path.Combine(_folder, "missing", "node.key")));

    [Fact]
    public void Only_the_holder_of_the_key_signs_for_it()
    {
        using NodeKey key = NodeKey.Create();
        using NodeKey other = NodeKey.Create();
        byte[] data = [1, 2, 3];
        byte[] signature = key.Sign(data);
        Assert.Equal(NodeKey.SignatureSizeBytes, signature.Length);
        Assert.True(NodeKey.Verify(key.PublicKey.Span, data, signature));
        Assert.True(NodeKey.Verify(key.PublicKey.Span, data, key.SignDigest(Hash256.Of(data))));
        Assert.False(NodeKey.Verify(other.PublicKey.Span, data, signature));
        Assert.False(NodeKey.Verify(key.PublicKey.Span, [1, 2, 4], signature));
        Assert.False(NodeKey.Verify([], data, signature));
        Assert.False(NodeKey.Verify(new byte[91], data, signature));
        Assert.False(NodeKey.Verify(key.PublicKey.Span, data, new byte[64]));
    }

    private void Write(string text)
    {
        File.WriteAllText(KeyFile, text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
