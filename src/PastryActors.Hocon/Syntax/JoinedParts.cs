using PastryActors.Hocon.Reading;

namespace PastryActors.Hocon.Syntax;

/// <summary>Gathers values that stand side by side and decides, as far as that shows before substitution, what they make together.</summary>
internal sealed class JoinedParts(HoconOrigin origin)
{
    private readonly List<RawValue> _parts = [];

    /// <summary>Nothing but blanks was added.</summary>
    public bool IsEmpty => _parts.TrueForAll(IsBlank);

    public void Add(RawValue part)
    {
        if (_parts.Count > 0 || !IsBlank(part)) _parts.Add(part);
    }

    public void PushTo(RawCell cell)
    {
        if (IsBlank(_parts[^1])) _parts.RemoveAt(_parts.Count - 1);
        if (_parts.Count == 1) cell.Push(_parts[0]);
        else if (_parts.Exists(part => part is RawObject)) PushObjects(cell);
        else if (_parts.TrueForAll(part => part is RawScalar)) cell.Push(new RawScalar(origin, string.Concat(_parts.Select(part => ((RawScalar)part).Text))));
        else cell.Push(Checked());
    }

    /// <summary>Objects side by side merge as objects set one after the other do; apart, each can be looked into before the others are resolved.</summary>
    private void PushObjects(RawCell cell)
    {
        foreach (RawValue part in _parts.Where(part => !IsBlank(part)))
        {
            if (part is not (RawObject or RawReference))
            {
                throw new HoconException(part.Origin, "a text or list beside an object", "a comma or a new line between them");
            }

            if (part is RawReference reference) reference.MustBeObject = true;
            cell.Push(part);
        }
    }

    private RawJoined Checked()
    {
        if (!_parts.Exists(part => part is RawArray)) return new RawJoined(origin, _parts);
        RawValue? stranger = _parts.Find(part => part is RawScalar && !IsBlank(part));
        return stranger is null
            ? new RawJoined(origin, _parts)
            : throw new HoconException(stranger.Origin, "a text beside a list", "a comma or a new line between them");
    }

    private static bool IsBlank(RawValue part) => part is RawScalar { IsBlank: true };
}
