using System.CommandLine;
using System.CommandLine.Parsing;
using WasmActors.Host.Cli.Client;
using WasmActors.Host.Cli.Options;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Formats;

namespace WasmActors.Host.Cli;

/// <summary><c>call</c>: calls a function of a server.</summary>
internal sealed class CallCommand : Verb
{
    private static readonly TimeSpan s_way = TimeSpan.FromSeconds(10);

    private readonly Argument<string> _function = new("NAME") { Description = "The function." };
    private readonly Argument<string> _export = new("EXPORT") { Description = "What it exports; _start for a WASI program." };
    private readonly Argument<string[]> _values = new("ARGS") { Arity = ArgumentArity.ZeroOrMore, Description = "Values for a function of the convention core." };
    private readonly Option<string?> _key = new("--key") { HelpName = "KEY", Description = "The key of a keyed function." };
    private readonly ParsedOption<TimeSpan> _timeout = new("--timeout", DurationText.TryParse) { HelpName = "DURATION", Description = "Longest time of the call, such as 250ms, 2s, 1m. [default and most: the function's deadline]" };
    private readonly Option<string?> _idempotencyKey = new("--idempotency-key") { HelpName = "TEXT", Description = "Name of the call: a second one of the same name to the same key gets the first one's answer and does not run." };
    private readonly Option<string?> _data = new("--data") { HelpName = "TEXT|@FILE|-", Description = "Input of a function of the convention bytes or of a WASI program. [default: standard input unless it is a terminal]" };
    private readonly Option<string[]> _arguments = new("--arg") { HelpName = "TEXT", Arity = ArgumentArity.OneOrMore, Description = "An argument of a WASI program. Repeatable." };
    private readonly ParsedListOption<KeyValuePair<string, string>> _env = new("--env", VariableText.TryParse) { HelpName = "NAME=VALUE", Description = "Set an environment variable of a WASI program. Repeatable." };
    private readonly Option<bool> _timing = new("--timing") { Arity = ArgumentArity.Zero, Description = "Tell on standard error what took how long, and which version answered." };
    private readonly FormatOption _output = new();
    private readonly ServerOptions _server = new(TimeSpan.FromMinutes(1));

    public CallCommand(Terminal terminal)
        : base("call", "Calls a function of a server.")
    {
        _values.Validators.Add(static result =>
        {
            // The parser takes an option that it does not know for a value, and no value begins like this.
            foreach (var token in result.Tokens.Where(static t => t.Value.StartsWith("--", StringComparison.Ordinal)))
            {
                result.AddError(UnknownWords.Option(token.Value, result.Parent as CommandResult));
            }
        });
        _idempotencyKey.Validators.Add(static result =>
        {
            if (result.Tokens is [var token] && (token.Value.Length is 0 or > 128 || token.Value.AsSpan().ContainsAnyExceptInRange(' ', '~')))
            {
                result.AddError("--idempotency-key: expected are 1 to 128 printable ASCII characters.");
            }
        });
        Add(_function);
        Add(_export);
        Add(_values);
        foreach (Option option in (ReadOnlySpan<Option>)[_key, _timeout, _idempotencyKey, _data, _arguments, _env, _timing, _output])
        {
            Add(option);
        }

        _server.AddTo(this);
        SetAction(async (parsed, cancellation) =>
        {
            var settings = Settings(parsed);
            using var client = await _server.ConnectAsync(parsed, cancellation, settings.Timeout + s_way ?? default).ConfigureAwait(false);
            return await new FunctionCall(settings, client, terminal).RunAsync(cancellation).ConfigureAwait(false);
        });
    }

    public override string Synopsis => "call NAME EXPORT [ARGS…] [options]";

    public override string HelpNotes => """
        Convention core: ARGS are read by the export's signature and results printed, one per line, as by run --invoke.
        Convention bytes: the input comes from --data or standard input, the output is written as it is.
        WASI programs: EXPORT is _start, input and output likewise, and the program's exit status is passed on with the
        beginning of its standard error. --arg and --env need the function's grants.

        JSON, for core only: { results: [number or string] }, as the HTTP API has it.

        Examples:
          wasmactors call fib fib 30
          wasmactors call add add -5 3 --timing
          wasmactors call cart add 3 9.95 --key customer-7 --idempotency-key order-1
          echo hello | wasmactors call reverse reverse
          wasmactors call words _start --data @text.txt --arg=--lines

        Exit codes: a WASI program's own status; else 0 done, 2 usage, 68 no server, 70 internal, 71 limit, 74 output,
        75 try again, 77 key, 124 time limit, 130 cancelled, 134 trap.
        """;

    private CallSettings Settings(ParseResult parsed) => new()
    {
        Function = parsed.GetRequiredValue(_function),
        Export = parsed.GetRequiredValue(_export),
        Values = parsed.GetValue(_values) ?? [],
        Key = parsed.GetValue(_key),
        Timeout = parsed.GetValue(_timeout),
        IdempotencyKey = parsed.GetValue(_idempotencyKey),
        Data = parsed.GetValue(_data),
        Arguments = parsed.GetValue(_arguments) ?? [],
        Variables = parsed.GetValue(_env) ?? [],
        Timing = parsed.GetValue(_timing),
        Format = parsed.GetValue(_output),
    };
}
