using System.Diagnostics;
using WasmActors.Actors.Handles;
using WasmActors.Resilience.Measuring;
using WasmActors.Resilience.Running;
using WasmActors.Resilience.Soaking;

namespace WasmActors.Resilience.Scenarios;

/// <summary>A host under a mixed load for an hour, with a fault each minute.</summary>
/// <remarks>After each fault the heap is collected, and what is resident then is what the slope is taken of: how much garbage the collector
/// lets lie in between is its own affair, and rises and falls by more than any target over tens of minutes. While it warms up faults come
/// six times as often: what deals with them is compiled anew once it has run often enough, and that takes memory too.</remarks>
internal static class SoakScenario
{
    private const string Disposal = "disposal";
    private const int FaultsWhileWarmingUp = 6;
    private const long MostQuickGrowth = 96 << 20;

    private static readonly TimeSpan s_sample = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_quickSample = TimeSpan.FromMilliseconds(50);

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
        var kept = new List<(TimeSpan At, long Bytes)>();
        var names = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var clock = Stopwatch.StartNew();
        var callers = load.RunAsync(end.Token);
        var faulting = FaultAsync(faults, names, kept, clock, () => clock.Elapsed < warmUp ? betweenFaults / FaultsWhileWarmingUp : betweenFaults, end.Token);
        while (clock.Elapsed < length)
        {
            memory.Add((clock.Elapsed, ProcessFigures.ResidentBytes));
            await Task.Delay(run.Quick ? s_quickSample : s_sample).ConfigureAwait(false);
        }

        await faulting.ConfigureAwait(false);
        await callers.ConfigureAwait(false);
        var points = kept.Where(k => k.At >= warmUp).ToArray();
        double perHour = Trend.Slope([.. points.Select(static p => (p.At.TotalHours, (double)p.Bytes))]);
        var late = memory.Where(m => m.At >= warmUp).ToArray();
        long growth = late.Max(static m => m.Bytes) - late[0].Bytes;
        SoakGraph.Write(run.GraphPath, memory, kept, perHour);
        ScenarioRun.Tell($"{load.Answers:n0} answers in {length.TotalMinutes:f1} min, {names.Values.Sum()} faults: {string.Join(", ", names.Keys)}");
        ScenarioRun.Tell($"calls: {load.Latencies}");
        ScenarioRun.Tell($"graph: {run.GraphPath}");
        run.Judge("answers that were wrong", load.Wrong.FirstOrDefault() ?? "none", "none", load.Wrong.IsEmpty);
        run.Judge("live stores", $"{host.Engine.LiveStores}", $"{load.Stores}", await load.SettledAsync().ConfigureAwait(false));
        run.JudgeSpeed($"resident memory per hour after {warmUp.TotalMinutes:f1} min, from {points.Length} collections", MemoryWatch.Text(perHour), "at most 1.0 MiB", perHour <= 1 << 20);
        if (run.Quick)
        {
            run.Judge("resident memory after the first part, at most", MemoryWatch.Text(growth), $"at most {MemoryWatch.Text(MostQuickGrowth)}", growth <= MostQuickGrowth);
        }
    }

    private static async Task FaultAsync(SoakFaults faults, SortedDictionary<string, int> names, List<(TimeSpan, long)> kept, Stopwatch clock, Func<TimeSpan> between, CancellationToken end)
    {
        try
        {
            while (true)
            {
                await Task.Delay(between(), end).ConfigureAwait(false);
                string name = await faults.NextAsync().ConfigureAwait(false);
                names[name] = names.GetValueOrDefault(name) + 1;
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                kept.Add((clock.Elapsed, ProcessFigures.ResidentBytes));
            }
        }
        catch (OperationCanceledException)
        {
            // The time is over.
        }
    }
}
