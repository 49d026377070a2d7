namespace PastryActors.Hocon.Schema;

/// <summary>Finds the known key that an unknown one was probably meant to be.</summary>
internal static class NearestKey
{
    /// <summary>Longer keys than any that is known: comparing more of one would only cost time.</summary>
    private const int CharsMax = 128;

    /// <summary>The nearest key, or null if none is near: one edit for every three characters, or the right name in another section.</summary>
    public static string? Find(string path, IEnumerable<string> known)
    {
        (string? Key, int Distance) best = (null, int.MaxValue);
        foreach (string key in known)
        {
            int distance = Math.Min(Distance(path, key), Distance(Last(path), Last(key)) + 2);
            if (distance < best.Distance) best = (key, distance);
        }

        return best.Distance <= Math.Max(2, Last(path).Length / 3 + 1) ? best.Key : null;
    }

    /// <summary>Levenshtein's distance: insertions, deletions and replacements that make one text of the other.</summary>
    public static int Distance(string a, string b)
    {
        ReadOnlySpan<char> left = a.AsSpan(0, Math.Min(a.Length, CharsMax));
        ReadOnlySpan<char> right = b.AsSpan(0, Math.Min(b.Length, CharsMax));
        Span<int> row = stackalloc int[CharsMax + 1];
        for (int j = 0; j <= right.Length; j++) row[j] = j;
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[right.Length];
    }

    private static string Last(string path) => path[(path.LastIndexOf('.') + 1)..];
}
