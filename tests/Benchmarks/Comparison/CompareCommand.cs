using System.CommandLine;
using WasmActors.Benchmarks.Comparison.Reports;
using WasmActors.Benchmarks.Comparison.Rows;
using WasmActors.Benchmarks.Comparison.Turns;

namespace WasmActors.Benchmarks.Comparison;

/// <summary><c>compare</c>: does the same work with this project and with others, side by side.</summary>
internal sealed class CompareCommand
{
    /// <summary>The verb on the program's command line.</summary>
    internal const string Verb = "compare";

    /// <summary>The hidden verb of the child processes.</summary>
    internal const string ContendVerb = "contend";

    private readonly RootCommand _root = new("Compares WasmActors with raw Wasmtime, Akka, Proto.Actor and Orleans, on this machine, in one run.");

    internal CompareCommand()
    {
        var quick = new Option<bool>("--quick") { Description = "Shorter and fewer turns: at most 3 minutes instead of 20." };
        var only = new Option<string[]>("--only") { Description = "Rows to run, separated by commas; default all.", AllowMultipleArgumentsPerToken = true };
        var folder = new Option<DirectoryInfo>("--out") { Description = "Folder of comparison.md and comparison.json.", DefaultValueFactory = static _ => new DirectoryInfo("BenchmarkResults") };
        var list = new Option<bool>("--list") { Description = "Lists the rows and their contenders." };
        only.Validators.Add(chosen =>
        {
            foreach (string name in NamesIn(chosen.GetValue(only)).Where(static n => RowCatalogue.All.All(row => row.Name != n)))
            {
                chosen.AddError($"There is no row '{name}': there are {string.Join(", ", RowCatalogue.All.Select(static row => row.Name))}.");
            }
        });
        _root.Add(quick);
        _root.Add(only);
        _root.Add(folder);
        _root.Add(list);
        _root.SetAction((parsed, cancellation) => parsed.GetValue(list)
            ? ListAsync()
            : RunAsync(parsed.GetValue(quick), NamesIn(parsed.GetValue(only)), parsed.GetValue(folder)!, cancellation));
        _root.Add(Contend());
    }

    internal Task<int> InvokeAsync(string[] args) => _root.Parse(args).InvokeAsync();

    private static Command Contend()
    {
        var row = new Argument<string>("row");
        var contender = new Argument<string>("contender");
        var command = new Command(ContendVerb) { row, contender };
        command.Hidden = true;
        command.SetAction((parsed, _) =>
        {
            var chosen = RowCatalogue.All.Single(r => r.Name == parsed.GetValue(row)).Contenders.Single(c => c.Name == parsed.GetValue(contender));
            return ContenderLoop.RunAsync(chosen.Create);
        });
        return command;
    }

    private static async Task<int> RunAsync(bool quick, string[] names, DirectoryInfo folder, CancellationToken cancellation)
    {
        var run = new ComparisonRun(quick, Console.Error);
        var rows = RowCatalogue.All.Where(row => names.Length == 0 || names.Contains(row.Name));
        var report = await run.RunAsync([.. rows], cancellation);
        folder.Create();
        string markdown = MarkdownReport.Write(report);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "comparison.md"), markdown, cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "comparison.json"), JsonReport.Write(report), cancellation);
        await Console.Out.WriteLineAsync(markdown);
        return report.Rows.SelectMany(static row => row.Results).Any(static result => result.Failures.Count > 0) ? 1 : 0;
    }

    private static async Task<int> ListAsync()
    {
        foreach (var row in RowCatalogue.All)
        {
            await Console.Out.WriteLineAsync($"{row.Name,-8}  {row.Title}: {string.Join("; ", row.Contenders.Select(static c => c.Name))}");
        }

        return 0;
    }

    private static string[] NamesIn(string[]? values) =>
        [.. (values ?? []).SelectMany(static value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
}
