using WasmActors.Conformance.Cli;
using WasmActors.Conformance.Reports;
using WasmActors.Conformance.Running;
using WasmActors.Conformance.Tests.Support;
using WasmActors.Runtime.Calls;

namespace WasmActors.Conformance.Tests.Running;

/// <summary>The product passes the specification's own scripts, where they are at hand beside the solution.</summary>
public sealed class SuiteTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(10);

    [SkippableTheory]
    [InlineData(ExecutionMode.Direct)]
    [InlineData(ExecutionMode.Preemptive)]
    public async Task All_scripts_pass(ExecutionMode mode)
    {
        string? folder = SpecFolder.Find();
        Skip.If(folder is null, SpecFolder.Missing);

        var run = new SuiteRun { Files = ScriptFinder.Find([folder], null), Mode = mode, Jobs = 2 };
        var report = await run.RunAsync().WaitAsync(s_deadline);

        Assert.Empty(report.Files.SelectMany(static file => file.Problems
            .Where(static p => p.Outcome == Outcome.Failed)
            .Select(p => $"{file.Path}:{p.Line}: {p.Form}: expected {p.Expected}, got {p.Actual}")));
        Assert.Equal(run.Files.Count, report.Files.Length);
        Assert.InRange(report.Skipped, 0, report.Assertions / 500);
        Assert.True(report.Passed > 1_000, $"Only {report.Passed} assertions were found.");
    }
}
