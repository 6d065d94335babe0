namespace WasmActors.Host.Formats;

/// <summary>Finds the word that somebody meant who wrote another one.</summary>
internal static class NearestWord
{
    private const int MostEdits = 3;

    /// <summary>Returns the nearest of several words, or null if none is near: half of its letters may differ, and at most three.</summary>
    public static string? To(string word, IEnumerable<string> words) => words
        .Select(candidate => (candidate, Edits: Distance(candidate, word)))
        .Where(near => near.Edits <= Math.Min(MostEdits, Math.Max(1, near.candidate.TrimStart('-').Length / 2)))
        .OrderBy(static near => near.Edits)
        .Select(static near => near.candidate)
        .FirstOrDefault();

    /// <summary>Counts the edits of single characters that make one text of the other, upper and lower case being the same.</summary>
    public static int Distance(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int cost = char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + cost));
            }
        }

        return row[right.Length];
    }
}
