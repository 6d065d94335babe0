using System.Collections.Concurrent;
using System.Diagnostics;
using WasmActors.Conformance.Reports;
using WasmActors.Runtime.Calls;

namespace WasmActors.Conformance.Running;

/// <summary>Runs many scripts, a few at a time.</summary>
internal sealed record SuiteRun
{
    /// <summary>The scripts.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>How stores run their guests.</summary>
    public ExecutionMode Mode { get; init; } = ExecutionMode.Direct;

    /// <summary>How many scripts run at the same time. Default: the number of processors.</summary>
    public int Jobs { get; init; } = Environment.ProcessorCount;

    /// <summary>Whether the first failure ends the run.</summary>
    public bool StopAtFailure { get; init; }

    /// <summary>Whether each instance has a twin whose state moves to a fresh store after every action.</summary>
    public bool Moves { get; init; }

    /// <summary>Whether each move changes a bit of the state, to show that it is noticed.</summary>
    public bool Spoils { get; init; }

    /// <summary>What is known not to work.</summary>
    public KnownLimits Limits { get; init; } = KnownLimits.Carried;

    /// <summary>Runs them.</summary>
    /// <exception cref="OperationCanceledException">The run was given up.</exception>
    public async Task<RunReport> RunAsync(CancellationToken cancellation = default)
    {
        var time = Stopwatch.StartNew();
        var reports = new ConcurrentBag<FileReport>();
        var gate = new RunGate(StopAtFailure, cancellation);
        DurableReport? durable;
        await using (var host = await ConformanceHost.StartAsync(Mode, moves: Moves, spoils: Spoils))
        {
            var runner = new ScriptRunner(host, Limits, gate);
            var options = new ParallelOptions { MaxDegreeOfParallelism = Jobs, CancellationToken = cancellation };
            await Parallel.ForEachAsync(Files, options, async (file, _) =>
            {
                if (!gate.IsClosed)
                {
                    reports.Add(await runner.RunFileAsync(file));
                }
            });
            durable = host.Durable;
        }

        FileReport[] files = [.. reports.OrderBy(static r => r.Path, StringComparer.Ordinal)];
        return new RunReport(Mode, time.Elapsed.TotalSeconds, !gate.IsClosed, [.. files], durable);
    }
}
