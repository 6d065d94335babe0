using System.Diagnostics;
using WasmActors.Actors.Handles;
using WasmActors.Guests.Hostile;
using WasmActors.Resilience.Measuring;
using WasmActors.Resilience.Running;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Cache;

namespace WasmActors.Resilience.Scenarios;

/// <summary>Modules that cost much to compile, past the pre-check, in compiler processes with limits, beside a tenant that calls.</summary>
internal static class BombsScenario
{
    private const string Isolation = "isolation";
    private const long MostGrowth = 50 << 20;

    private static readonly double[] s_scales = [0.5, 0.7, 1, 1.4];
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(5);

    internal static Scenario Scenario { get; } = new(
        "bombs",
        "Compile bombs end with their process, within its limits; the host hardly grows and its other tenants hardly notice.",
        new Dictionary<string, string>(StringComparer.Ordinal) { [Isolation] = "modules are compiled in this process" },
        RunAsync);

    private static async Task RunAsync(ScenarioRun run)
    {
        var limits = new CompileLimits
        {
            CpuTime = TimeSpan.FromSeconds(run.Quick ? 1 : 3),
            MemoryBytes = run.Quick ? 128 << 20 : 512 << 20,
            ArtifactBytes = 8 << 20, // the host needs up to five times as much while it loads it
            WallTime = TimeSpan.FromSeconds(30),
            KeepReady = TimeSpan.Zero,
        };
        var options = ScenarioRun.HostOptions;
        var host = await WasmHost.StartAsync(options).ConfigureAwait(false);
        await using var _ = host.ConfigureAwait(false);
        using var modules = new ModuleCache(host.Engine, options.Cache with
        {
            MaxModules = 1,
            Isolation = run.Has(Isolation) ? CompileIsolation.ChildProcess : CompileIsolation.InProcess,
            CompileLimits = limits,

            // Only what a host would not even read is refused.
            ModuleLimits = ModuleLimits.None with { Bytes = new ModuleLimits().Bytes },
        });
        var tenant = await QuietTenant.CreateAsync(host).ConfigureAwait(false);
        await tenant.MeasureAsync(run.PartOf(5, 0.5)).ConfigureAwait(false);
        await EndAsync(modules, CompileBombs.Make(nameof(CompileBombs.DeepNesting), 0.1)).ConfigureAwait(false); // the first process loads what the others find loaded
        var idle = await tenant.MeasureAsync(run.PartOf(20, 1)).ConfigureAwait(false);
        GiveBack();
        long start = ProcessFigures.ResidentBytes;

        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        (long Bytes, string By) growth = default;
        var longest = TimeSpan.Zero;
        using var end = new CancellationTokenSource();
        var beside = tenant.MeasureAsync(end.Token);
        foreach (var (name, bomb) in Bombs(run))
        {
            using var watch = new MemoryWatch();
            var clock = Stopwatch.StartNew();
            string outcome = await EndAsync(modules, bomb).ConfigureAwait(false);
            longest = clock.Elapsed > longest ? clock.Elapsed : longest;
            growth = watch.Growth > growth.Bytes ? (watch.Growth, $"{name}, {outcome}") : growth;
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        await end.CancelAsync().ConfigureAwait(false);
        var disturbed = await beside.ConfigureAwait(false);
        foreach (var (outcome, times) in outcomes)
        {
            ScenarioRun.Tell($"{times,3}  {outcome}");
        }

        ScenarioRun.Tell($"the tenant alone:        {idle}");
        ScenarioRun.Tell($"beside compile bombs:    {disturbed}");
        int children = await ChildrenLeftAsync().ConfigureAwait(false);
        run.Judge($"longest of {outcomes.Values.Sum()} bombs of {CompileBombs.Families.Count} families", $"{longest.TotalSeconds:f1} s", $"at most {(limits.WallTime + s_slack).TotalSeconds:f0} s", longest <= limits.WallTime + s_slack);
        run.Judge("compiler processes left", $"{children}", "0", children == 0);
        ScenarioRun.Tell($"most memory: {growth.By}");
        run.Judge("growth of the host during a bomb, at most", MemoryWatch.Text(growth.Bytes), $"at most {MemoryWatch.Text(MostGrowth)}", growth.Bytes <= MostGrowth);
        GiveBack();
        long kept = ProcessFigures.ResidentBytes - start;
        run.Judge("growth of the host after all of them", MemoryWatch.Text(kept), $"at most {MemoryWatch.Text(MostGrowth)}", kept <= MostGrowth);
        run.JudgeSpeed("the tenant's 99th percentile, against alone", $"{disturbed.P99 / idle.P99:f2}", "at most 2", disturbed.P99 <= 2 * idle.P99);
    }

    private static IEnumerable<(string Name, byte[] Bomb)> Bombs(ScenarioRun run)
    {
        if (!run.Has(Isolation))
        {
            // One is enough, and this process has to pay for it: small enough to leave the machine alone.
            yield return (nameof(CompileBombs.LocalsTimesLoops), CompileBombs.Make(nameof(CompileBombs.LocalsTimesLoops), 0.4));
            yield break;
        }

        foreach (double scale in run.Quick ? [0.7] : s_scales)
        {
            foreach (string family in CompileBombs.Families)
            {
                byte[] bomb = CompileBombs.Make(family, scale);
                GiveBack(); // what making it took
                yield return ($"{family} at {scale}", bomb);
            }
        }
    }

    private static async Task<string> EndAsync(ModuleCache modules, byte[] bomb)
    {
        try
        {
            await modules.GetAsync(bomb).WaitAsync(ScenarioRun.Patience).ConfigureAwait(false);
            return "compiled";
        }
        catch (WasmError error) when (error.Code is ErrorCode.ModuleTooExpensive or ErrorCode.ModuleInvalid or ErrorCode.ModuleTooLarge)
        {
            return $"{error.Code}{(error.Message.IndexOf('(', StringComparison.Ordinal) is var at and > 0 ? $" {error.Message[at..(error.Message.IndexOf(')', at) + 1)]}" : "")}";
        }
    }

    private static void GiveBack() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    private static async Task<int> ChildrenLeftAsync()
    {
        var clock = Stopwatch.StartNew();
        while (ProcessFigures.Children > 0 && clock.Elapsed < s_slack)
        {
            await Task.Delay(50).ConfigureAwait(false);
        }

        return ProcessFigures.Children;
    }
}
