using PastryActors.Client;

namespace PastryActors.Node.CommandLine;

/// <summary>The keys of what a put encrypts: a new one for each path, or ones that follow from a key that the user keeps in a file. None if it encrypts nothing.</summary>
internal sealed class PutKeys
{
    private readonly bool _encrypts;
    private readonly FileKey? _root;

    private PutKeys(bool encrypts, FileKey? root) => (_encrypts, _root) = (encrypts, root);

    /// <summary>As the options say.</summary>
    public static PutKeys Of(bool encrypt, string? keyFile) => new(encrypt || keyFile is not null, keyFile is null ? null : ReadOrMake(keyFile));

    /// <summary>Whether every put makes new keys, so that what an interrupted one left behind serves no later one.</summary>
    public bool AreFresh => _encrypts && _root is null;

    /// <summary>The key for what is put under a name; null if it is not encrypted.</summary>
    public FileKey? For(string name) => _encrypts ? _root?.For(name) ?? FileKey.Create() : null;

    private static FileKey ReadOrMake(string path)
    {
        if (!File.Exists(path)) Make(path);
        return FileKey.TryParse(File.ReadAllText(path).AsSpan().Trim())
            ?? throw new CommandFailedException("bad-key", $"{path} holds no key", "a key is 43 letters, digits, - and _; a file that is not there is made");
    }

    private static void Make(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        file.Write(System.Text.Encoding.ASCII.GetBytes(FileKey.Create().ToText() + "\n"));
        file.Flush(flushToDisk: true);
    }
}
