using System.Globalization;
using System.Security.Cryptography;
using PastryActors.Core.Collections;
using PastryActors.Core.Ring;

namespace PastryActors.Node.Hosting;

/// <summary>
/// A node's folder: its key, its store, how often it started, and whom it knew last. The small files are written whole beside the old
/// ones and renamed over them, so that a crash leaves one or the other.
/// </summary>
internal sealed class NodeFolder
{
    private readonly string _path;

    public NodeFolder(string path)
    {
        _path = Path.GetFullPath(path);
        Directory.CreateDirectory(_path);
    }

    public string KeyFile => Path.Combine(_path, "node.key");

    public string StoreFolder => Path.Combine(_path, "store");

    /// <summary>Which segments of topics' history this node stored.</summary>
    public string SegmentsFolder => Path.Combine(_path, "segments");

    private string StartsFile => Path.Combine(_path, "starts");

    private string PeersFile => Path.Combine(_path, "peers");

    /// <summary>The node's key for signing receipts; the engine has its own copy for the transport.</summary>
    public ECDsa LoadKey()
    {
        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(KeyFile));
        return key;
    }

    /// <summary>The number of this start: higher than that of any before.</summary>
    public uint NextStart()
    {
        uint last = File.Exists(StartsFile) && uint.TryParse(File.ReadAllText(StartsFile), CultureInfo.InvariantCulture, out uint read) ? read : 0;
        uint next = last + 1;
        Replace(StartsFile, next.ToString(CultureInfo.InvariantCulture));
        return next;
    }

    /// <summary>The nodes known at the last change of the leaf set. A damaged line is left out: what it said will be learned again.</summary>
    public ValueList<NodeHandle> LoadPeers() => File.Exists(PeersFile) ? File.ReadLines(PeersFile).Select(Parse).OfType<NodeHandle>().ToValueList() : [];

    /// <summary>Remembers the nodes that are known now, for the next start.</summary>
    public void SavePeers(IEnumerable<NodeHandle> peers) =>
        Replace(PeersFile, string.Concat(peers.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Id} {p.Address} {p.Incarnation}\n"))));

    private static NodeHandle? Parse(string line) =>
        line.Split(' ') is [var id, var address, var incarnation] && RingId.TryParse(id, out RingId parsed) && uint.TryParse(incarnation, CultureInfo.InvariantCulture, out uint number)
            ? new NodeHandle(parsed, address, number)
            : null;

    private static void Replace(string file, string text)
    {
        string fresh = file + ".new";
        using (var stream = new FileStream(fresh, FileMode.Create, FileAccess.Write))
        {
            stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(fresh, file, overwrite: true);
    }
}
