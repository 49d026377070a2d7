using System.Runtime.CompilerServices;
using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Node.Access;
using PastryActors.Past.Certificates;
using PastryActors.Past.Requests;
using PastryActors.Past.Trees;

namespace PastryActors.Node.Files;

/// <summary>
/// Reads files: any range, in order, with a window of parts fetched ahead. The node checks every object against its certificate; the
/// reader checks that each part is the very one that its parent names. The window opens as parts come.
/// </summary>
public sealed class FileReader(INodeAccess node, FileTransferOptions options)
{
    /// <summary>Parts asked for at first; with each that comes four times as many. Others at once would share with the first part what it needs to be there soon.</summary>
    private const int FirstWindow = 1;

    /// <summary>Finds a file. Throws <see cref="RequestFailedException"/>; the id of a part of a file is no file.</summary>
    public async Task<OpenFile> OpenAsync(FileId file, CancellationToken cancellation)
    {
        ObjectFound found = await LookupAsync(file, cancellation).ConfigureAwait(false);
        if (found.Certificate.File != file || !found.Certificate.IsFile())
            throw new RequestFailedException(FailureCode.NotFound, $"{file} is a part of a file, not a file");
        var content = (MemoryContent)found.Content;
        if (found.Certificate.Kind == ObjectKind.File) return new OpenFile(found.Certificate, content, null) { Holder = found.Holder, Hops = found.Hops };
        var top = HashTreeNode.TryParseTop(content.Bytes, found.Certificate.FileSize, options.ChunkSizeBytes, out string refusal);
        if (top is not null && top.Code.IsNone == (found.Certificate.Kind == ObjectKind.CodedTree)) throw MadeWrong(file, "its certificate and its tree do not say the same of its code");
        return top is null ? throw MadeWrong(file, refusal) : new OpenFile(found.Certificate, content, top) { Holder = found.Holder, Hops = found.Hops };
    }

    /// <summary>
    /// The bytes [<paramref name="from"/>, <paramref name="to"/>) of a file, a piece at a time. Throws <see cref="RequestFailedException"/>
    /// in the place of the first piece that cannot be had: never a silent end.
    /// </summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(OpenFile file, long from, long to, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (file.Top is null)
        {
            if (to > from) yield return file.Content.Bytes[(int)from..(int)to];
            yield break;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        StripeFetch? stripe = null;
        var ahead = new Queue<(FilePart Part, Task<MemoryContent> Content)>();
        int window = Math.Min(FirstWindow, options.Window);
        try
        {
            await foreach (FilePart part in PartsAsync(file, from, to, chunksOnly: true, stop.Token).ConfigureAwait(false))
            {
                ahead.Enqueue((part, file.Top.Code.IsNone ? FetchAsync(file, part, stop.Token) : FetchCoded(part)));
                if (ahead.Count < window) continue;
                yield return await CutAsync(ahead.Dequeue(), from, to).ConfigureAwait(false);
                window = Math.Min(window * 4, options.Window);
            }

            while (ahead.Count > 0) yield return await CutAsync(ahead.Dequeue(), from, to).ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            foreach ((_, Task<MemoryContent> content) in ahead) await ((Task)content).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // Chunks are asked for in order, and who waits for one of an earlier stripe has that stripe itself.
        Task<MemoryContent> FetchCoded(FilePart part)
        {
            int number = part.Parent.StripeOf(part.Child.Index);
            if (stripe?.Number != number) stripe = Stripe(file, number, stop.Token);
            return stripe.ReadAsync(part.Child.Index % part.Parent.Code.Data);
        }
    }

    /// <summary>SHA-256 of every chunk, in order.</summary>
    public async IAsyncEnumerable<Hash256> ChunkHashesAsync(OpenFile file, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (file.Top is null) yield return file.Certificate.ContentHash;
        await foreach (FilePart part in PartsAsync(file, 0, file.Size, chunksOnly: true, cancellation).ConfigureAwait(false)) yield return part.Child.Hash;
    }

    /// <summary>The parts of a file that hold some of the range, in order; unless only chunks are wanted with the tree's inner nodes, each before its children, and with all parity, first.</summary>
    internal async IAsyncEnumerable<FilePart> PartsAsync(
        OpenFile file, long from, long to, bool chunksOnly, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var open = new Stack<FilePart>();
        if (file.Top is not null) PushChildren(open, file, file.Top, from, to);
        for (int i = 0; !chunksOnly && i < file.Top?.ParityCount; i++) yield return PartOf(file, file.Top, file.Top.Parity(i));
        while (open.TryPop(out FilePart part))
        {
            // Read before it is shown: whoever walks in order to reclaim may release what is shown.
            if (!part.IsChunk) PushChildren(open, file, await NodeAsync(file, part, cancellation).ConfigureAwait(false), from, to);
            if (part.IsChunk || !chunksOnly) yield return part;
        }
    }

    private static void PushChildren(Stack<FilePart> open, OpenFile file, HashTreeNode parent, long from, long to)
    {
        foreach (TreeChild child in parent.Cover(from, to).Reverse())
            open.Push(PartOf(file, parent, child));
    }

    internal static FilePart PartOf(OpenFile file, HashTreeNode parent, TreeChild child) =>
        new(FileIds.OfPart(file.File, file.Certificate.Owner.Span, child.Hash, child.Place), parent, child);

    /// <summary>The chunks of one stripe of a coded file, for whoever wants some of them.</summary>
    internal StripeFetch Stripe(OpenFile file, int stripe, CancellationToken stop) => new(file, stripe, FetchAsync, options.CodedPatience, stop);


    private async Task<HashTreeNode> NodeAsync(OpenFile file, FilePart part, CancellationToken cancellation)
    {
        MemoryContent content = await FetchAsync(file, part, cancellation).ConfigureAwait(false);
        return part.Parent.TryParseChild(part.Child.Index, content.Bytes, out string refusal) ?? throw MadeWrong(file.File, refusal);
    }

    internal static RequestFailedException MadeWrong(FileId file, string how) => new(FailureCode.Invalid, $"{file} cannot be read, its owner made it wrong: {how}");

    private async Task<MemoryContent> FetchAsync(OpenFile file, FilePart part, CancellationToken cancellation)
    {
        ObjectFound found;
        try
        {
            found = await LookupAsync(part.Id, cancellation).ConfigureAwait(false);
        }
        catch (RequestFailedException e) when (e.Code == FailureCode.NotFound)
        {
            // The file is there, so its parts were: their holders are gone, which is not the same as "no such file".
            throw new RequestFailedException(FailureCode.Unreachable, $"no holder of the part {part.Id} at offset {part.Child.Offset} was found: {e.Message}");
        }

        bool named = found.Certificate.File == file.File && found.Content.Hash == part.Child.Hash && (!part.IsChunk || found.Content.Length == part.Child.Size);
        return named
            ? (MemoryContent)found.Content
            : throw new RequestFailedException(FailureCode.Invalid, $"the part {part.Id} of {file.File} is not the one that the file names");
    }

    private Task<ObjectFound> LookupAsync(FileId id, CancellationToken cancellation) =>
        node.AskAsync<ObjectFound>(request => new LookupObject(request, options.RequestTimeout, id), cancellation);

    private static async Task<ReadOnlyMemory<byte>> CutAsync((FilePart Part, Task<MemoryContent> Content) next, long from, long to)
    {
        MemoryContent content = await next.Content.ConfigureAwait(false);
        int start = (int)Math.Max(from - next.Part.Child.Offset, 0);
        int end = (int)Math.Min(to - next.Part.Child.Offset, content.Length);
        return content.Bytes[start..end];
    }
}
