using System.Diagnostics;
using WasmActors.Actors.Handles;
using WasmActors.Resilience.Measuring;
using WasmActors.Resilience.Running;
using WasmActors.Resilience.Soaking;

namespace WasmActors.Resilience.Scenarios;

/// <summary>A host under a mixed load for an hour, with a fault each minute.</summary>
internal static class SoakScenario
{
    private const string Disposal = "disposal";
    private const long MostQuickGrowth = 96 << 20;

    internal static Scenario Scenario { get; } = new(
        "soak",
        "Mixed load with one fault a minute: every answer right, and memory stays flat.",
        new Dictionary<string, string>(StringComparer.Ordinal) { [Disposal] = "stores that others take the place of are left" },
        RunAsync);

    private static async Task RunAsync(ScenarioRun run)
    {
        var length = run.LengthOf(3600, 8);
        var warmUp = TimeSpan.FromMinutes(Math.Min(10, length.TotalMinutes / 4));
        var betweenFaults = TimeSpan.FromSeconds(Math.Min(60, length.TotalSeconds / 12));
        var host = await WasmHost.StartAsync(ScenarioRun.HostOptions).ConfigureAwait(false);
        await using var _ = host.ConfigureAwait(false);
        using var end = new CancellationTokenSource(length);
        var load = await SoakLoad.CreateAsync(host, stopsStores: run.Has(Disposal)).ConfigureAwait(false);
        using var faults = new SoakFaults(host, load);
        var memory = new List<(TimeSpan At, long Bytes)>();
        var times = new List<(TimeSpan At, string Fault)>();
        var clock = Stopwatch.StartNew();
        var callers = load.RunAsync(end.Token);
        var faulting = FaultAsync(faults, times, clock, betweenFaults, end.Token);
        while (clock.Elapsed < length)
        {
            memory.Add((clock.Elapsed, ProcessFigures.ResidentBytes));
            await Task.Delay(length / 3600 is { Ticks: > 0 } step && step < TimeSpan.FromSeconds(1) ? TimeSpan.FromMilliseconds(Math.Max(50, step.TotalMilliseconds)) : TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        }

        await faulting.ConfigureAwait(false);
        await callers.ConfigureAwait(false);
        var late = memory.Where(m => m.At >= warmUp).ToArray();
        var points = Medians(late, length / 60);
        double perHour = Trend.Slope(points);
        long growth = late.Max(static m => m.Bytes) - late[0].Bytes;
        SoakGraph.Write(run.GraphPath, memory, points, times, perHour);
        ScenarioRun.Tell($"{load.Answers:n0} answers in {length.TotalMinutes:f1} min, {times.Count} faults: {string.Join(", ", times.Select(static t => t.Fault).Distinct(StringComparer.Ordinal))}");
        ScenarioRun.Tell($"calls: {load.Latencies}");
        ScenarioRun.Tell($"graph: {run.GraphPath}");
        run.Judge("answers that were wrong", load.Wrong.FirstOrDefault() ?? "none", "none", load.Wrong.IsEmpty);
        run.Judge("live stores", $"{host.Engine.LiveStores}", $"{load.Stores}", await load.SettledAsync().ConfigureAwait(false));
        run.JudgeSpeed($"resident memory per hour, after {warmUp.TotalMinutes:f1} min", MemoryWatch.Text(perHour), "at most 1.0 MiB", perHour <= 1 << 20);
        if (run.Quick)
        {
            run.Judge("resident memory after the first part, at most", MemoryWatch.Text(growth), $"at most {MemoryWatch.Text(MostQuickGrowth)}", growth <= MostQuickGrowth);
        }
    }

    private static async Task FaultAsync(SoakFaults faults, List<(TimeSpan, string)> times, Stopwatch clock, TimeSpan between, CancellationToken end)
    {
        try
        {
            while (true)
            {
                await Task.Delay(between, end).ConfigureAwait(false);
                times.Add((clock.Elapsed, await faults.NextAsync().ConfigureAwait(false)));
            }
        }
        catch (OperationCanceledException)
        {
            // The time is over.
        }
    }

    // The median of each part, by the hour at which it lies.
    private static List<(double X, double Y)> Medians(IReadOnlyList<(TimeSpan At, long Bytes)> samples, TimeSpan part) =>
        [.. samples.GroupBy(s => (long)(s.At / part)).Select(static group =>
        {
            long[] sorted = [.. group.Select(static s => s.Bytes).Order()];
            return (group.Average(static s => s.At.TotalHours), (double)sorted[sorted.Length / 2]);
        })];
}
