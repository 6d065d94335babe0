using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace WasmActors.Host.Cli;

/// <summary>The usual help, with a verb's own synopsis and notes or, for the program as a whole, its exit codes.</summary>
internal sealed partial class HelpPage(HelpAction usual) : SynchronousCommandLineAction
{
    private const string Overview = """
        Examples:
          wasmactors run fib.wat --invoke fib 30
          wasmactors run --dir . --env LANG=C program.wasm input.txt
          wasmactors inspect program.wasm -o json
          wasmactors deploy fib.wat
          wasmactors call fib fib 30

        'wasmactors VERB --help' has the rules and more examples of each.

        Exit codes (a WASI program's own status is passed on instead):
        """;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        string page = Usual(parseResult);
        if (VerbOf(parseResult) is { } verb)
        {
            output.Write(UsageLine().Replace(page, match => $"{match.Groups["title"].Value}  wasmactors {verb.Synopsis}", 1));
            output.WriteLine(verb.HelpNotes);
            return ExitCodes.Ok;
        }

        output.Write(page);
        output.WriteLine(Overview);
        foreach (var (code, meaning) in ExitCodes.All)
        {
            output.WriteLine($"  {code,3}  {meaning}");
        }

        return ExitCodes.Ok;
    }

    [GeneratedRegex(@"(?<title>^Usage:\r?\n).*$", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UsageLine();

    // The usual help writes to the invocation's output only, and its synopsis cannot be chosen.
    private string Usual(ParseResult parseResult)
    {
        var invocation = parseResult.InvocationConfiguration;
        var output = invocation.Output;
        var page = new StringWriter();
        invocation.Output = page;
        usual.Invoke(parseResult);
        invocation.Output = output;
        return page.ToString();
    }

    private static Verb? VerbOf(ParseResult parseResult)
    {
        for (var at = parseResult.CommandResult; at is not null; at = at.Parent as CommandResult)
        {
            if (at.Command is Verb verb)
            {
                return verb;
            }
        }

        return null;
    }
}
