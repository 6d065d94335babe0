using System.CommandLine;
using WasmActors.Host.Deployments;

namespace WasmActors.Host.Cli.Options;

/// <summary>An option with one of a few values, whose names on the command line are those of JSON with <c>-</c> between their words:
/// <c>until-idle</c> for <c>untilIdle</c>. Its value is the name in JSON; null when it is not given.</summary>
internal sealed class ChoiceOption<T> : Option<string?>
    where T : struct, Enum
{
    public ChoiceOption(string name, NameTable<T> names)
        : base(name)
    {
        string[] words = [.. names.Names.Select(Words)];
        HelpName = string.Join('|', words);
        CustomParser = result =>
        {
            string text = result.Tokens[^1].Value;
            int at = Array.IndexOf(words, text);
            if (at >= 0)
            {
                return names.Names.ElementAt(at);
            }

            result.AddError($"{name}: '{text}' is none of {string.Join(", ", words)}.");
            return null;
        };
    }

    private static string Words(string name) => string.Concat(name.Select(static c => char.IsAsciiLetterUpper(c) ? $"-{char.ToLowerInvariant(c)}" : $"{c}"));
}
