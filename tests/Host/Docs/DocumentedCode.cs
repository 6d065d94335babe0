namespace WasmActors.Host.Tests.Docs;

/// <summary>A block of code in a page.</summary>
/// <param name="Page">The page's path from the root.</param>
/// <param name="Line">The number of the block's first line, from 1.</param>
/// <param name="Language">The name behind the opening fence.</param>
/// <param name="Remark">The HTML comment right above the block, without its marks, or "".</param>
/// <param name="Text">The block's lines.</param>
internal sealed record DocumentedCode(string Page, int Line, string Language, string Remark, string Text)
{
    private const string Fence = "```";
    private const string Opening = "<!--";
    private const string Closing = "-->";

    /// <summary>Returns all blocks of a page in one language.</summary>
    public static IEnumerable<DocumentedCode> Of(string page, string language) =>
        Read(page, Repository.Lines(page)).Where(block => block.Language == language);

    /// <summary>Returns all blocks of a text.</summary>
    public static IEnumerable<DocumentedCode> Read(string page, IReadOnlyList<string> lines)
    {
        for (int i = 0; i < lines.Count; i++)
        {
            if (!lines[i].StartsWith(Fence, StringComparison.Ordinal))
            {
                continue;
            }

            int end = i + 1;
            while (end < lines.Count && lines[end].Trim() != Fence)
            {
                end++;
            }

            yield return new DocumentedCode(page, i + 2, lines[i][Fence.Length..].Trim(), RemarkAbove(lines, i), string.Join('\n', lines.Skip(i + 1).Take(end - i - 1)));
            i = end;
        }
    }

    private static string RemarkAbove(IReadOnlyList<string> lines, int fence)
    {
        string above = fence == 0 ? "" : lines[fence - 1].Trim();
        return above.StartsWith(Opening, StringComparison.Ordinal) && above.EndsWith(Closing, StringComparison.Ordinal)
            ? above[Opening.Length..^Closing.Length].Trim()
            : "";
    }
}
