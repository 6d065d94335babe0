using System.Diagnostics;
using WasmActors.Benchmarks.Comparison.Load;
using WasmActors.Benchmarks.Comparison.Reports;
using WasmActors.Benchmarks.Comparison.Rows;
using WasmActors.Benchmarks.Comparison.Turns;

namespace WasmActors.Benchmarks.Comparison;

/// <summary>One run: row by row, round by round, case by case, and in each case every contender in turn.</summary>
internal sealed class ComparisonRun(bool quick, TextWriter progress)
{
    private const int WarmUpMilliseconds = 150;

    // No turn begins when less than this is left, so that each can end.
    private static readonly TimeSpan s_lastTurn = TimeSpan.FromSeconds(20);

    private readonly TimeSpan _most = quick ? TimeSpan.FromMinutes(3) : TimeSpan.FromMinutes(20);
    private readonly long _begin = Stopwatch.GetTimestamp();

    private TimeSpan Left => _most - Stopwatch.GetElapsedTime(_begin);

    internal async Task<ComparisonReport> RunAsync(IReadOnlyList<Row> rows, CancellationToken cancellation)
    {
        var results = new List<RowResults>();
        string loadBefore = Machine.Load;
        foreach (var row in rows)
        {
            long begin = Stopwatch.GetTimestamp();
            await progress.WriteAsync($"{row.Name}: ");
            var result = new RowResults(row, quick ? row.Quick : row.Full);
            await (row.FreshProcesses ? RunFreshAsync(result, cancellation) : RunTogetherAsync(result, cancellation));
            results.Add(result);
            await progress.WriteLineAsync($" {Stopwatch.GetElapsedTime(begin).TotalSeconds:0.0} s");
        }

        return new ComparisonReport(quick, Stopwatch.GetElapsedTime(_begin), loadBefore, Machine.Load, results);
    }

    private int Rounds(Row row) => quick ? row.QuickRounds : row.FullRounds;

    private async Task RunTogetherAsync(RowResults results, CancellationToken cancellation)
    {
        var processes = results.Row.Contenders.Select(contender => new ContenderProcess(results.Row, contender)).ToArray();
        try
        {
            foreach (var process in processes.TakeWhile(_ => IsTimeLeft(results)))
            {
                await WarmUpAsync(process, results, cancellation);
            }

            for (int round = 0; round < Rounds(results.Row) && IsTimeLeft(results); round++)
            {
                foreach (var turn in results.Turns)
                {
                    foreach (var process in processes.TakeWhile(_ => IsTimeLeft(results)))
                    {
                        cancellation.ThrowIfCancellationRequested();
                        results.Add(process.Contender, turn, await process.TakeAsync(turn, Left));
                    }
                }

                await progress.WriteAsync(".");
            }
        }
        finally
        {
            foreach (var process in processes)
            {
                await process.DisposeAsync();
            }
        }
    }

    private async Task RunFreshAsync(RowResults results, CancellationToken cancellation)
    {
        for (int round = 0; round < Rounds(results.Row) && IsTimeLeft(results); round++)
        {
            foreach (var turn in results.Turns)
            {
                foreach (var contender in results.Row.Contenders.TakeWhile(_ => IsTimeLeft(results)))
                {
                    cancellation.ThrowIfCancellationRequested();
                    await using var process = new ContenderProcess(results.Row, contender);
                    results.Add(contender, turn, await process.TakeAsync(turn, Left));
                }
            }

            await progress.WriteAsync(".");
        }
    }

    // What fails here fails again when it is measured, and is told then.
    private Task WarmUpAsync(ContenderProcess process, RowResults results, CancellationToken cancellation)
    {
        var warmUp = results.Row.GuestsCompute ? WarmUp.Once : quick ? WarmUp.Quick : WarmUp.Full;
        return warmUp.RunAsync(TakeAllAsync, () => process.CpuTime);

        async Task TakeAllAsync()
        {
            foreach (var turn in results.Turns)
            {
                cancellation.ThrowIfCancellationRequested();
                await process.TakeAsync(turn with { Milliseconds = Math.Max(WarmUpMilliseconds, turn.Milliseconds) }, Left);
            }
        }
    }

    private bool IsTimeLeft(RowResults results)
    {
        results.CutShort |= Left < s_lastTurn;
        return !results.CutShort;
    }
}
