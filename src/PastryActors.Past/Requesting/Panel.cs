using PastryActors.Core.Ring;
using PastryActors.Past.Messages;

namespace PastryActors.Past.Requesting;

/// <summary>The nodes that one request asks the same of, with what each answered. Asks nobody twice who has answered.</summary>
internal sealed class Panel
{
    private readonly List<Member> _members = [];

    /// <summary>In the order in which they were added: closest first.</summary>
    public IReadOnlyList<Member> Members => _members;

    /// <summary>Whether nobody has still to answer.</summary>
    public bool IsQuiet => !_members.Exists(m => m.IsAsked);

    /// <summary>Whether somebody was silent, or put the request off.</summary>
    public bool HasOpenEnds => _members.Exists(m => m.Answer is null or Refused { Code: RefusalCode.Busy });

    /// <summary>Adds those who are not there yet; answers all who have not answered, to be asked now.</summary>
    public List<NodeHandle> Ask(IEnumerable<NodeHandle> nodes)
    {
        foreach (NodeHandle node in nodes)
        {
            if (Find(node.Id) is null && _members.Count < Locate.CountMax) _members.Add(new Member(node));
        }

        List<Member> asked = _members.FindAll(m => m.Answer is null or Refused { Code: RefusalCode.Busy });
        asked.ForEach(m => m.IsAsked = true);
        return asked.ConvertAll(m => m.Node);
    }

    /// <summary>Adds one that another named, to be asked now. False if it is there already.</summary>
    public bool TryAdd(NodeHandle node)
    {
        if (Find(node.Id) is not null || _members.Count >= Locate.CountMax) return false;
        _members.Add(new Member(node) { IsAsked = true });
        return true;
    }

    /// <summary>Notes an answer. False if that node was not asked, or has answered before.</summary>
    public bool Note(RingId node, PastAnswer answer)
    {
        if (Find(node) is not { } member || member.Answer is not (null or Refused)) return false;
        (member.Answer, member.IsAsked) = (answer, false);
        return true;
    }

    /// <summary>Waits for this one no longer.</summary>
    public void GiveUpOn(RingId node)
    {
        if (Find(node) is { } member) member.IsAsked = false;
    }

    /// <summary>Waits for nobody any longer.</summary>
    public void GiveUp() => _members.ForEach(m => m.IsAsked = false);

    private Member? Find(RingId node) => _members.Find(m => m.Node.Id == node);

    internal sealed class Member(NodeHandle node)
    {
        public NodeHandle Node { get; } = node;

        public PastAnswer? Answer { get; set; }

        public bool IsAsked { get; set; }
    }
}
