using System.CommandLine;
using WasmActors.Host.Formats;

namespace WasmActors.Host.Cli.Output;

/// <summary>What is wrong with a command line, with the verb or option that was meant.</summary>
internal static class UnknownWords
{
    /// <summary>Returns the problems of a command line that could not be parsed, one line each.</summary>
    public static IReadOnlyList<string> Problems(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        string[] unknown = [.. parsed.UnmatchedTokens];
        if (unknown.Length == 0)
        {
            return [.. parsed.Errors.Select(static e => e.Message).Distinct(StringComparer.Ordinal)];
        }

        // The parser says of each only that it is not recognized, and that a verb is missing.
        return command.Subcommands.Count > 0 && !IsOption(unknown[0])
            ? [$"There is no verb '{unknown[0]}'{Meant(unknown[0], command.Subcommands.Where(static c => !c.Hidden).Select(static c => c.Name), " Verbs are: ")}"]
            : [.. unknown.Where(IsOption).Select(word => Option(word, parsed.CommandResult)).DefaultIfEmpty($"'{unknown[0]}' is one argument too many.")];
    }

    /// <summary>Returns what to say of an option that does not exist.</summary>
    /// <param name="word">The option, perhaps with its value.</param>
    /// <param name="at">The command, which knows its options and those of the commands above it.</param>
    public static string Option(string word, System.CommandLine.Parsing.CommandResult? at)
    {
        var options = new List<string>();
        for (var command = at; command is not null; command = command.Parent as System.CommandLine.Parsing.CommandResult)
        {
            options.AddRange(command.Command.Options.Where(o => command == at || o.Recursive).SelectMany(static o => o.Aliases.Append(o.Name)));
        }

        string name = word.Split('=')[0];
        return $"There is no option {word}{Meant(name, options.Where(static o => o.StartsWith("--", StringComparison.Ordinal)), null)}";
    }

    private static bool IsOption(string word) => word.StartsWith('-');

    private static string Meant(string word, IEnumerable<string> words, string? all)
    {
        string[] known = [.. words];
        return NearestWord.To(word, known) is { } near ? $". Did you mean {near}?" : all is null ? "." : $".{all}{string.Join(", ", known)}.";
    }
}
