using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Stores;
using WasmActors.Resilience.Guests;
using WasmActors.Resilience.Measuring;
using WasmActors.Resilience.Running;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Resilience.Scenarios;

/// <summary>Guests that never end, begun again and again, beside a tenant that makes short calls.</summary>
internal static class EndlessScenario
{
    private const string Deadline = "deadline";
    private const string Preemption = "preemption";
    private const string Reserve = "reserve";
    private const double MostQuickMedian = 20;
    private const double MostWaiting = 0.3;

    private static readonly int[] s_guests = [8, 32, 128];

    // As many as there are workers keep one each; by those that compute it is known that the tenant's guests keep on.
    private static readonly int s_holders = Math.Max(2, Environment.ProcessorCount);
    private static readonly string[] s_holding = [EndlessGuests.Call, EndlessGuests.Call, EndlessGuests.Call, EndlessGuests.Host.Key];
    private static readonly TimeSpan s_quickSlack = TimeSpan.FromSeconds(2);

    internal static Scenario Scenario { get; } = new(
        "endless",
        "Endless guests, in calls, start functions, tail calls, sleep, bulk memory and a host function, end with their deadline; another tenant hardly notices.",
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Deadline] = "the guests have none",
            [Preemption] = "the guests keep their threads",
            [Reserve] = "no worker is kept free for the other tenant",
        },
        RunAsync);

    private static async Task RunAsync(ScenarioRun run)
    {
        using var system = ActorSystem.Create("endless", $"akka {{ loglevel = OFF, stdout-loglevel = OFF }}\nwasmactors.dispatcher.guest-executor.reserve = {(run.Has(Reserve) ? 1 : 0)}");
        var host = WasmHost.Attach(system, ScenarioRun.HostOptions);
        await using var _ = host.ConfigureAwait(false);
        var modules = new Dictionary<string, WasmModule>(StringComparer.Ordinal);
        foreach (var (kind, text) in EndlessGuests.All.Append(EndlessGuests.Host))
        {
            modules.Add(kind, await host.LoadTextAsync(text, kind).ConfigureAwait(false));
        }

        var tenant = await QuietTenant.CreateAsync(host).ConfigureAwait(false);
        await tenant.MeasureAsync(run.PartOf(5, 0.5)).ConfigureAwait(false);
        string[] all = [.. EndlessGuests.All.Keys];
        string[][] mixes = run.Quick
            ? [all]
            : [all, .. all.Select(static kind => new[] { kind })];
        (int Guests, string[] Kinds)[] rounds = [(s_holders * s_holding.Length, s_holding), .. (run.Quick ? s_guests[..2] : s_guests).SelectMany(guests => mixes.Select(kinds => (guests, kinds)))];
        foreach (var (guests, kinds) in rounds)
        {
            var idle = await tenant.MeasureAsync(run.PartOf(10, 1)).ConfigureAwait(false);
            if (!await BesideAsync(run, host, modules, tenant, guests, kinds, idle).ConfigureAwait(false))
            {
                return; // they did not end: there is no sense in beginning more
            }
        }
    }

    private static async Task<bool> BesideAsync(ScenarioRun run, WasmHost host, Dictionary<string, WasmModule> modules, QuietTenant tenant, int guests, string[] kinds, Latencies idle)
    {
        var deadline = TimeSpan.FromMilliseconds(run.Quick ? 300 : 2000);
        var length = run.LengthOf(10, 1.5);
        var ends = kinds.Distinct(StringComparer.Ordinal).ToDictionary(static kind => kind, static _ => new Latencies(1 << 14), StringComparer.Ordinal);
        var wrong = new ConcurrentQueue<string>();
        using var stop = new CancellationTokenSource();
        using var end = new CancellationTokenSource(length);
        var beside = tenant.MeasureAsync(end.Token);
        var endless = Enumerable.Range(0, guests).Select(i => Task.Run(async () =>
        {
            string kind = kinds[i % kinds.Length];
            var guest = new EndlessGuest(host, modules[kind], Spec(run, deadline));
            while (!end.IsCancellationRequested)
            {
                (var over, string outcome) = await guest.RunAsync(deadline, stop.Token).ConfigureAwait(false);
                ends[kind].Add((long)(over.TotalSeconds * Stopwatch.Frequency));
                if (outcome != ErrorCode.DeadlineExceeded)
                {
                    wrong.Enqueue($"{kind}: {outcome}");
                    return;
                }
            }
        })).ToArray();
        var disturbed = await beside.ConfigureAwait(false);
        bool ended = await EndAsync(endless, deadline + (run.Quick ? s_quickSlack : ScenarioRun.Patience)).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false); // what has no deadline must not outlive the scenario
        await Task.WhenAll(endless).ConfigureAwait(false);

        string name = string.Join(", ", ends.Keys);
        ScenarioRun.Tell($"-- {guests} endless guests, {name}; the tenant alone: {idle}");
        ScenarioRun.Tell($"   the tenant beside them: {disturbed}");
        run.Judge($"{guests} guests that ended by their deadline", ended && wrong.IsEmpty ? "all" : ended ? wrong.First() : "not all", "all", ended && wrong.IsEmpty);
        double ticks = 2 * host.Engine.Settings.Tick.TotalMilliseconds;
        foreach (var (kind, over) in ends)
        {
            bool isHeld = kind == EndlessGuests.Bulk || kind == EndlessGuests.Host.Key;
            string bound = isHeld ? "the operation ends first" : $"at most {ticks:f0} ms";
            bool met = isHeld || over.P50 <= ticks;
            run.JudgeSpeed($"  {kind}, {over.Count} times: after the deadline, median/p99/longest", $"{over.P50:f1}/{over.P99:f1}/{over.Longest:f1} ms", bound, met);
        }

        if (kinds != s_holding)
        {
            run.JudgeSpeed("  the tenant's 99th percentile", $"{disturbed.P99:f3} ms", $"at most {2 * idle.P99:f3} ms", disturbed.P99 <= 2 * idle.P99);
        }

        if (run.Quick)
        {
            run.Judge("  the tenant's median", $"{disturbed.P50:f3} ms", $"at most {MostQuickMedian:f0} ms", disturbed.P50 <= MostQuickMedian);
        }

        if (kinds == s_holding)
        {
            double waiting = disturbed.Total / (length * QuietTenant.Callers);
            run.Judge("  the tenant's callers waited for answers", $"{waiting:p0} of the time", $"at most {MostWaiting:p0}", waiting <= MostWaiting);
        }

        return ended;
    }

    private static StoreSpec Spec(ScenarioRun run, TimeSpan deadline) => new()
    {
        AfterInterrupt = FailurePolicy.Stop,
        Tenant = "endless",
        Options = new StoreOptions
        {
            Mode = run.Has(Preemption) ? ExecutionMode.Preemptive : ExecutionMode.Direct,
            Limits = new StoreLimits { MemoryBytes = 16 << 20, Deadline = run.Has(Deadline) ? deadline : Timeout.InfiniteTimeSpan },
        },
    };

    private static async Task<bool> EndAsync(Task[] endless, TimeSpan within)
    {
        try
        {
            await Task.WhenAll(endless).WaitAsync(within).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>One guest, in a fresh store each time.</summary>
    private sealed class EndlessGuest(WasmHost host, WasmModule module, StoreSpec spec)
    {
        private readonly ImportMap _imports = new ImportSet().DefineWasi().Define("env", "hold", EndlessGuests.Hold);

        /// <summary>How long after its deadline it ended, and with what code.</summary>
        internal async Task<(TimeSpan Over, string Outcome)> RunAsync(TimeSpan deadline, CancellationToken stop)
        {
            var store = await host.CreateStoreAsync(spec, CancellationToken.None).ConfigureAwait(false);
            long start = Stopwatch.GetTimestamp();
            try
            {
                var instance = await store.InstantiateAsync(module, _imports, stop).ConfigureAwait(false);
                start = Stopwatch.GetTimestamp();
                await instance.GetFunc("run").CallAsync<Nothing>(stop).ConfigureAwait(false);
                return (TimeSpan.Zero, "it returned");
            }
            catch (WasmException failure)
            {
                return (Stopwatch.GetElapsedTime(start) - deadline, failure.Code);
            }
            finally
            {
                await store.StopAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
    }
}
