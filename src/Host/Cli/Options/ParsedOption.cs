using System.CommandLine;
using WasmActors.Host.Formats;

namespace WasmActors.Host.Cli.Options;

/// <summary>An option with one value in a notation of its own; null when it is not given.</summary>
internal sealed class ParsedOption<T> : Option<T?>
    where T : struct
{
    public ParsedOption(string name, TextParser<T> parse)
        : base(name) => CustomParser = result =>
    {
        if (parse(result.Tokens[^1].Value, out var value, out string? problem))
        {
            return value;
        }

        result.AddError($"{name}: {problem}.");
        return null;
    };
}
