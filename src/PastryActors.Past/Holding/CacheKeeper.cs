using PastryActors.Core.Content;
using PastryActors.Core.Driving;
using PastryActors.Core.Ring;
using PastryActors.Past.Certificates;
using PastryActors.Past.Messages;
using PastryActors.Past.Operations;

namespace PastryActors.Past.Holding;

/// <summary>
/// Caches along routes. A lookup that passes leaves word of the node it came through last; whoever answers sends that node a copy, so
/// that with every lookup copies of what is asked for often lie a hop nearer to those who ask. Nobody takes a copy of what did not pass.
/// </summary>
internal sealed class CacheKeeper(PastContext context)
{
    private const int PassedMax = 256;
    private const int ChecksMax = 32;

    private readonly HashSet<FileId> _passed = [];
    private readonly Queue<FileId> _passedOrder = [];
    private int _checks;

    /// <summary>Answers a lookup from the cache; false if the object is not in it.</summary>
    public bool TryServe(LookupRequest request, NodeHandle asker, int hops)
    {
        if (context.Catalog.TryGet(request.Object, out _) || !context.Cache.TryUse(request.Object, out CachedCopy? copy)) return false;
        context.Host.Report(new Fact(FactKind.CacheHit, request.Object.Key, hops));
        long age = AgeOf(copy);
        context.Host.Send(new ObjectAnswer(request.Operation, copy.Certificate, hops, age), asker, Lane.Bulk, copy.Content);
        SendCopy(context, request.Previous, asker, copy.Certificate, copy.Content, age);
        return true;
    }

    /// <summary>A lookup goes on from here: the request to send in its place.</summary>
    public LookupRequest Passing(LookupRequest request, NodeHandle asker)
    {
        if (asker.Id == context.Host.Self.Id || context.Options.CachePolicy == CachePolicy.None) return request;
        if (_passed.Add(request.Object))
        {
            _passedOrder.Enqueue(request.Object);
            if (_passedOrder.Count > PassedMax) _passed.Remove(_passedOrder.Dequeue());
        }

        return request with { Previous = context.Host.Self };
    }

    /// <summary>Sends a copy of what a lookup was answered with to the node that it came through last.</summary>
    public static void SendCopy(PastContext context, NodeHandle? previous, NodeHandle asker, ObjectCertificate certificate, ContentRef? content, long ageMilliseconds)
    {
        bool useful = previous is not null && previous.Id != asker.Id && previous.Id != context.Host.Self.Id && certificate.ContentLength <= context.Options.CacheCopyBytesMax;
        if (useful && context.Options.CachePolicy != CachePolicy.None) context.Host.Send(new CacheCopy(0, certificate, ageMilliseconds), previous!, Lane.Bulk, content);
    }

    public void Handle(CacheCopy copy, NodeHandle from, ContentRef? content)
    {
        string? problem = context.Check(copy.Certificate) ?? CertificateRules.CheckIsObject(copy.Certificate) ?? CertificateRules.CheckContent(copy.Certificate, content);
        bool passed = problem is null && _passed.Contains(CertificateRules.ObjectOf(copy.Certificate));
        if (!passed)
        {
            context.Host.Report(new Fact(FactKind.MessageRefused, from.Id));
            return;
        }

        if (_checks == ChecksMax) return;
        _checks++;
        context.Verify(new Check(context, this, copy, content), CertificateCodec.ClaimOf(copy.Certificate));
    }

    private long AgeOf(CachedCopy copy) => (long)(context.Host.Now - copy.FetchedAt).TotalMilliseconds;

    private sealed class Check(PastContext context, CacheKeeper keeper, CacheCopy copy, ContentRef? content) : IWorkWaiter
    {
        public void WorkDone(WorkResult result)
        {
            keeper._checks--;
            if (((Verified)result).Good) context.Cache.Put(copy.Certificate, content, context.FetchedAt(copy.AgeMilliseconds));
        }
    }
}
