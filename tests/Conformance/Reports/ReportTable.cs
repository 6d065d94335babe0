using Spectre.Console;

namespace WasmActors.Conformance.Reports;

/// <summary>A run as a table for people, a row for each file, and what did not pass below it.</summary>
internal sealed class ReportTable(IAnsiConsole console)
{
    /// <summary>Writes the run.</summary>
    /// <param name="report">The run.</param>
    /// <param name="verbose">Whether each failure is told with line, expectation and what came.</param>
    public void Write(RunReport report, bool verbose)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumn("File")
            .AddColumn(new TableColumn("Passed").RightAligned())
            .AddColumn(new TableColumn("Failed").RightAligned())
            .AddColumn(new TableColumn("Skipped").RightAligned())
            .AddColumn("Reason");
        foreach (var file in report.Files)
        {
            table.AddRow(
                new Text(file.Path),
                new Text(file.Passed.ToString()),
                new Text(file.Failed.ToString(), file.Failed > 0 ? new Style(Color.Red) : Style.Plain),
                new Text(file.Skipped.ToString()),
                new Text(string.Join("; ", file.Problems.Select(static p => p.Reason).OfType<string>().Distinct(StringComparer.Ordinal))));
        }

        console.Write(table);
        if (verbose)
        {
            WriteFailures(report);
        }

        console.WriteLine($"{report.Mode.ToString().ToLowerInvariant()} mode, {report.Seconds:0.0} s{(report.IsComplete ? "" : "; ended at the first failure, the rest was not run")}");
        foreach (string line in report.Durable?.Lines ?? [])
        {
            console.WriteLine(line);
        }

        console.WriteLine(report.Summary);
    }

    private void WriteFailures(RunReport report)
    {
        foreach (var file in report.Files)
        {
            foreach (var failure in file.Problems.Where(static p => p.Outcome == Outcome.Failed))
            {
                console.WriteLine($"{file.Path}:{failure.Line}: {failure.Form}");
                console.WriteLine($"  expected: {failure.Expected}");
                console.WriteLine($"  actual:   {failure.Actual}");
            }
        }
    }
}
