using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using WasmActors.Conformance.Reports;
using WasmActors.Conformance.Running;
using WasmActors.Runtime.Calls;

namespace WasmActors.Conformance.Cli;

/// <summary>The program: finds scripts, runs them, tells what became of them.</summary>
internal sealed class ConformanceCommand : RootCommand
{
    // Lines are not broken where a program reads them.
    private const int UnlimitedWidth = 100_000;

    private readonly TextWriter _output;
    private readonly bool _isTerminal;
    private readonly Argument<string[]> _paths = new("PATH") { Arity = ArgumentArity.OneOrMore, Description = "Scripts (.wast), and folders that are searched for them." };
    private readonly Option<OutputFormat> _format = new("--output", "-o") { HelpName = "table|json", Description = "A table for people, JSON for programs. [default: table]" };
    private readonly Option<ExecutionMode> _mode = new("--mode") { HelpName = "direct|preemptive", Description = "How stores run their guests.", DefaultValueFactory = static _ => ExecutionMode.Direct };
    private readonly Option<string?> _filter = new("--filter") { HelpName = "TEXT", Description = "Run only the files that have TEXT in their path." };
    private readonly Option<int> _jobs = new("--jobs") { HelpName = "N", Description = "Files that run at the same time; by default as many as there are processors.", DefaultValueFactory = static _ => Environment.ProcessorCount };
    private readonly Option<bool> _durable = new("--durable")
    {
        Arity = ArgumentArity.Zero,
        Description = "Repeat each action on a twin whose whole state moves to a fresh store after every action.",
    };

    private readonly Option<bool> _failFast = new("--fail-fast") { Arity = ArgumentArity.Zero, Description = "End at the first failure." };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Arity = ArgumentArity.Zero, Description = "Tell each failure: its line, what was expected and what came." };

    public ConformanceCommand(TextWriter output, bool isTerminal)
        : base("Runs scripts of the WebAssembly specification's test suite through the actors' handles.")
    {
        _output = output;
        _isTerminal = isTerminal;
        _format.AcceptOnlyFromAmong("table", "json");
        _mode.AcceptOnlyFromAmong("direct", "preemptive");
        _jobs.Validators.Add(static result =>
        {
            if (result.Tokens is [var token] && !(int.TryParse(token.Value, out int jobs) && jobs is >= 1 and <= 256))
            {
                result.AddError("--jobs takes a number from 1 to 256.");
            }
        });
        _paths.Validators.Add(static result =>
        {
            foreach (var token in result.Tokens.Where(static t => t.Value.StartsWith('-') && !Path.Exists(t.Value)))
            {
                result.AddError($"There is no option {token.Value}.");
            }
        });
        Add(_paths);
        Add(_format);
        Add(_mode);
        Add(_filter);
        Add(_jobs);
        Add(_durable);
        Add(_failFast);
        Add(_verbose);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var run = new SuiteRun
        {
            Files = ScriptFinder.Find(parsed.GetRequiredValue(_paths), parsed.GetValue(_filter)),
            Mode = parsed.GetValue(_mode),
            Jobs = parsed.GetValue(_jobs),
            Moves = parsed.GetValue(_durable),
            StopAtFailure = parsed.GetValue(_failFast),
        };
        var report = await run.RunAsync(cancellation);
        if (parsed.GetValue(_format) == OutputFormat.Json)
        {
            await _output.WriteLineAsync(JsonSerializer.Serialize(report, ReportJson.Default.RunReport));
        }
        else
        {
            new ReportTable(Console()).Write(report, parsed.GetValue(_verbose));
        }

        return report.Failed > 0 ? ExitCodes.Failed : ExitCodes.Ok;
    }

    private IAnsiConsole Console()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(_output),
            Ansi = _isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = _isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        if (!_isTerminal)
        {
            console.Profile.Width = UnlimitedWidth;
            console.Profile.Capabilities.Unicode = true;
        }

        return console;
    }
}
