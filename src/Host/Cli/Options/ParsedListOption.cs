using System.CommandLine;
using WasmActors.Host.Formats;

namespace WasmActors.Host.Cli.Options;

/// <summary>An option that may be given several times, each with one value in a notation of its own.</summary>
internal sealed class ParsedListOption<T> : Option<IReadOnlyList<T>>
{
    public ParsedListOption(string name, TextParser<T> parse)
        : base(name)
    {
        Arity = ArgumentArity.OneOrMore;
        DefaultValueFactory = static _ => [];
        CustomParser = result =>
        {
            var values = new List<T>();
            foreach (var token in result.Tokens)
            {
                if (parse(token.Value, out var value, out string? problem))
                {
                    values.Add(value);
                }
                else
                {
                    result.AddError($"{name}: {problem}.");
                }
            }

            return values;
        };
    }
}
