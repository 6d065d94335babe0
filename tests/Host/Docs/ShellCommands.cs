using System.Text;

namespace WasmActors.Host.Tests.Docs;

/// <summary>Reads the simple commands of a shell block: words without quotes, assignments before a command, comments and redirections left out.</summary>
internal static class ShellCommands
{
    private const string Placeholder = "…";

    /// <summary>Returns the words of each command, in their order.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Of(string block)
    {
        var commands = new List<IReadOnlyList<string>>();
        var words = new List<string>();
        string text = block.Replace("\\\n", " ", StringComparison.Ordinal);
        for (int i = 0; i < text.Length;)
        {
            char c = text[i];
            if (c is ' ' or '\t')
            {
                i++;
            }
            else if (c == '#')
            {
                i = End(text, i);
            }
            else if (c is '\n' or ';' or '|' or '&' or '(' or ')')
            {
                Take(commands, words);
                i++;
            }
            else
            {
                words.Add(Word(text, ref i));
            }
        }

        Take(commands, words);
        return commands;
    }

    private static void Take(List<IReadOnlyList<string>> commands, List<string> words)
    {
        string[] command = [.. WithoutRedirections(words).Where(static word => word != Placeholder).SkipWhile(IsAssignment)];
        if (command.Length > 0)
        {
            commands.Add(command);
        }

        words.Clear();
    }

    private static IEnumerable<string> WithoutRedirections(List<string> words)
    {
        for (int i = 0; i < words.Count; i++)
        {
            string sign = words[i].TrimStart('0', '1', '2');
            if (sign is ">" or ">>" or "<")
            {
                i++; // the file is the next word
            }
            else if (!sign.StartsWith('>') && !sign.StartsWith('<'))
            {
                yield return words[i];
            }
        }
    }

    private static bool IsAssignment(string word) =>
        word.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals && word[..equals].All(static c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static string Word(string text, ref int i)
    {
        var word = new StringBuilder();
        for (; i < text.Length && text[i] is not (' ' or '\t' or '\n' or ';' or '|' or '&' or '(' or ')'); i++)
        {
            if (text[i] is '\'' or '"')
            {
                int end = text.IndexOf(text[i], i + 1);
                Assert.True(end > 0, $"A quote is not closed: {text[i..End(text, i)]}");
                word.Append(text, i + 1, end - i - 1);
                i = end;
            }
            else
            {
                word.Append(text[i]);
            }
        }

        return word.ToString();
    }

    private static int End(string text, int from) => text.IndexOf('\n', from) is >= 0 and var end ? end : text.Length;
}
