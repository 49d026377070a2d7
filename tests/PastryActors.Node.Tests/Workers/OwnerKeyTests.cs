using PastryActors.Node.Tests.Fakes;
using PastryActors.Node.Workers;

namespace PastryActors.Node.Tests.Workers;

public sealed class OwnerKeyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pastry-test-").FullName;

    private string KeyFile => Path.Combine(_folder, "deep", "owner.key");

    [Fact]
    public async Task Many_that_come_first_at_once_end_with_one_key()
    {
        string[] keys = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(PublicKey))).WaitAsync(TestNode.Deadline);
        Assert.Single(keys.Distinct());
        Assert.Equal([KeyFile], Directory.GetFiles(Path.GetDirectoryName(KeyFile)!));
    }

    [Fact]
    public void Only_the_owner_can_read_it()
    {
        PublicKey();
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
    }

    [Fact]
    public void A_file_that_holds_no_key_is_refused_and_left_alone()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(KeyFile)!);
        File.WriteAllText(KeyFile, "not a key");
        Assert.Throws<InvalidDataException>(PublicKey);
        Assert.Equal("not a key", File.ReadAllText(KeyFile));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string PublicKey()
    {
        using var key = OwnerKey.LoadOrCreate(KeyFile);
        return Convert.ToHexString(key.ExportSubjectPublicKeyInfo());
    }
}
